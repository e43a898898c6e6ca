//! Names as they are compared: settings without case and punctuation, hosts by their labels.

/// A setting's name as it is compared: lower case, ASCII letters and digits only.
///
/// `OPENAI_BASE_URL`, `openai.base-url` and `openaiBaseUrl` are one name.
#[must_use]
pub fn normalise(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// A host of the catalogue that leaves one label, or a part of one, open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern<'a> {
    /// What stands in front of the open part: `bedrock-mantle.`.
    pub(super) head: &'a str,
    /// The rest of the label behind the open part: `-aiplatform`.
    pub(super) rest: &'a str,
    /// The labels behind that one: `api.aws`.
    pub(super) tail: &'a str,
}

/// A host of the catalogue, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HostForm<'a> {
    /// Itself only.
    Exact(&'a str),
    /// Every sub-domain of the suffix.
    Suffix(&'a str),
    /// One label or part of a label is open.
    Pattern(Pattern<'a>),
}

impl<'a> HostForm<'a> {
    /// Takes a host of the catalogue apart; `None` where it has not the form of one.
    #[must_use]
    pub(super) fn parse(host: &'a str) -> Option<Self> {
        let Some((head, behind)) = host.split_once('*') else {
            return is_domain(host).then_some(Self::Exact(host));
        };
        let (rest, tail) = behind.split_once('.')?;
        let filled = format!("{head}x{behind}");
        if behind.contains('*') || !is_domain(&filled) || !tail.contains(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        Some(if head.is_empty() && rest.is_empty() {
            Self::Suffix(tail)
        } else {
            Self::Pattern(Pattern { head, rest, tail })
        })
    }
}

impl Pattern<'_> {
    /// Whether it matches a host of which the part in front of `.tail` is `front`.
    #[must_use]
    pub(super) fn matches(&self, front: &[u8]) -> bool {
        front
            .strip_prefix(self.head.as_bytes())
            .and_then(|open| open.strip_suffix(self.rest.as_bytes()))
            .is_some_and(|open| !open.is_empty() && !open.contains(&b'.'))
    }
}

/// Whether a text is two or more labels of lower-case letters, digits, `-` and `_`.
fn is_domain(text: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    text.contains('.') && text.split('.').all(label)
}

/// The registrable domain of a host: one label more than its longest shared suffix, or than its last label.
///
/// `None` for a shared suffix itself.
#[must_use]
pub(super) fn registrable(host: &str, is_shared: impl Fn(&str) -> bool) -> Option<&str> {
    let starts = std::iter::once(0).chain(host.match_indices('.').map(|(dot, _)| dot + 1));
    let mut previous = None;
    for start in starts {
        let suffix = &host[start..];
        if is_shared(suffix) || !suffix.contains('.') {
            return previous.map(|start: usize| &host[start..]);
        }
        previous = Some(start);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_punctuation() {
        for name in ["OPENAI_BASE_URL", "openai.base-url", "openaiBaseUrl", "--openai-base-url"] {
            assert_eq!(normalise(name), "openaibaseurl");
        }
        assert_eq!(normalise("ключ_"), "");
    }

    #[test]
    fn hosts_have_three_forms() {
        assert_eq!(HostForm::parse("a.b"), Some(HostForm::Exact("a.b")));
        assert_eq!(HostForm::parse("*.a.b"), Some(HostForm::Suffix("a.b")));
        let pattern = |head, rest, tail| Some(HostForm::Pattern(Pattern { head, rest, tail }));
        assert_eq!(HostForm::parse("x.*.a.b"), pattern("x.", "", "a.b"));
        assert_eq!(HostForm::parse("*-x.a.b"), pattern("", "-x", "a.b"));
        for wrong in ["", "a", "*", "a.*", "*.*.a.b", "A.b", "a..b", "https://a.b", "a.b:80", "a.b/v1", "*.1"] {
            assert_eq!(HostForm::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn registrable_domains_stop_at_shared_suffixes() {
        let shared = |suffix: &str| suffix == "com.cn";
        assert_eq!(registrable("a.b.example.com", shared), Some("example.com"));
        assert_eq!(registrable("example.com", shared), Some("example.com"));
        assert_eq!(registrable("a.example.com.cn", shared), Some("example.com.cn"));
        assert_eq!(registrable("com.cn", shared), None);
        assert_eq!(registrable("com", shared), None);
    }
}
