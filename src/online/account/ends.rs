//! A key of which only the ends are shown, and whether a found key has them.

/// How the vendor masks the middle of a key.
const MASK: [char; 4] = ['*', '.', '…', '•'];
/// As many characters behind the family's prefix tell one key from another.
const TELLING: usize = 3;
/// The same where not all keys are listed: another one could show as little.
const TELLING_IN_PART: usize = 8;

/// Whose a listed key is, which says how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The organization.
    Organization,
    /// A person in a project.
    Person,
    /// A service account.
    Service,
    /// Not told.
    Unknown,
}

/// The ends of a listed key.
#[derive(PartialEq, Eq)]
pub(super) struct Shown {
    head: String,
    tail: String,
    owner: Owner,
}

impl Shown {
    /// What a masked value shows. `None` where nothing is masked: then it is none.
    pub(super) fn of(masked: &str, owner: Owner) -> Option<Self> {
        let start = masked.find(MASK)?;
        let end = masked.rfind(MASK)?;
        let end = end + masked[end..].chars().next().map_or(0, char::len_utf8);
        Some(Self { head: masked[..start].to_owned(), tail: masked[end..].to_owned(), owner })
    }

    /// Whether a key has these ends, and is of a family that such an owner's keys are of.
    pub(super) fn fits(&self, key: &[u8], format: &str) -> bool {
        self.ends(key) && self.is_family(format)
    }

    /// Whether a key has these ends.
    pub(super) fn ends(&self, key: &[u8]) -> bool {
        let (head, tail) = (self.head.as_bytes(), self.tail.as_bytes());
        head.len() + tail.len() <= key.len() && key.starts_with(head) && key.ends_with(tail)
    }

    fn is_family(&self, format: &str) -> bool {
        match self.owner {
            Owner::Organization => format == "openai-admin",
            Owner::Service => format.starts_with("openai-service-account"),
            Owner::Person => format != "openai-admin" && !format.starts_with("openai-service-account"),
            Owner::Unknown => format != "openai-admin",
        }
    }

    /// Whether enough is shown to tell one key from another, of all keys or of those that happen to be listed.
    pub(super) fn tells(&self, complete: bool) -> bool {
        let prefix = ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sk-"];
        let behind = prefix.into_iter().find_map(|prefix| self.head.strip_prefix(prefix));
        // The head may end in the middle of the prefix, and shows nothing then.
        let cut = prefix.into_iter().any(|prefix| prefix.starts_with(&self.head));
        let shown = if cut { 0 } else { behind.map_or(0, str::len) };
        shown + self.tail.len() >= if complete { TELLING } else { TELLING_IN_PART }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"sk-proj-abcdefghijklmnopqrstuvwxyz";

    fn fits(masked: &str, owner: Owner, format: &str) -> bool {
        Shown::of(masked, owner).is_some_and(|shown| shown.fits(KEY, format))
    }

    #[test]
    fn every_shown_character_has_to_agree() {
        for masked in ["sk-proj-abc...xyz", "sk-...xyz", "sk-proj-abcd********wxyz", "sk-p…z", "sk-proj-abc..."] {
            assert!(fits(masked, Owner::Person, "openai-project"), "{masked}");
        }
        for masked in ["sk-proj-abd...xyz", "sk-proj-abc...xyy", "sk-svcacct-abc...xyz", "sk-proj-abcxyz", ""] {
            assert!(!fits(masked, Owner::Person, "openai-project"), "{masked}");
        }
    }

    #[test]
    fn ends_that_overlap_are_none_of_a_key() {
        let shown = Shown::of("sk-proj-abc...abc", Owner::Person).unwrap();
        assert!(!shown.fits(b"sk-proj-abc", "openai-project"));
    }

    #[test]
    fn the_family_has_to_agree() {
        assert!(!fits("sk-...xyz", Owner::Service, "openai-project"));
        assert!(!fits("sk-...xyz", Owner::Organization, "openai-project"));
        assert!(!fits("sk-...xyz", Owner::Person, "openai-service-account"));
        assert!(!fits("sk-...xyz", Owner::Person, "openai-admin"));
        assert!(fits("sk-...xyz", Owner::Unknown, "openai-service-account"));
    }

    #[test]
    fn what_shows_too_little_tells_nothing() {
        let tells = |masked: &str| Shown::of(masked, Owner::Person).unwrap().tells(true);
        assert!(tells("sk-...xyz") && tells("sk-proj-ab...z") && tells("sk-pro...xyz"));
        let in_part = |masked: &str| Shown::of(masked, Owner::Person).unwrap().tells(false);
        assert!(in_part("sk-proj-abcd...wxyz") && !in_part("sk-...xyz") && !in_part("sk-proj-abc...wxyz"));
        assert!(!tells("sk-...yz") && !tells("sk-proj-...") && !tells("sk-proj...") && !tells("sk-svcacct-a...z"));
    }
}
