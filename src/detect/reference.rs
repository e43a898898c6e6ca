//! Values that only name a secret, and values that hide one.

/// Whether a value points to a secret instead of being one: a variable, a template, a secret store, an encrypted text.
pub(super) fn is_reference(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 34] = [
        b"${",
        b"$(",
        b"{{",
        b"#{",
        b"<",
        b"process.env",
        b"import.meta.env",
        b"os.environ",
        b"os.getenv",
        b"getenv",
        b"env::",
        b"env:",
        b"env(",
        b"ENV[",
        b"ENC[",
        b"ENC(",
        b"$ANSIBLE_VAULT",
        b"!vault",
        b"op://",
        b"vault:",
        b"ref+",
        b"arn:aws:",
        b"@Microsoft.KeyVault",
        b"projects/",
        b"/run/secrets",
        b"file:",
        b"secretKeyRef",
        b"valueFrom",
        b"System.getenv",
        b"keyring:",
        b"keychain:",
        b"doppler://",
        b"bws://",
        b"infisical://",
    ];
    STARTS.iter().any(|start| value.starts_with(start))
        || variable(value, b'$', None)
        || variable(value, b'%', Some(b'%'))
        || variable(value, b'@', Some(b'@'))
        || (value.starts_with(b"__") && value.ends_with(b"__"))
}

fn variable(value: &[u8], open: u8, close: Option<u8>) -> bool {
    let Some((&first, rest)) = value.split_first() else { return false };
    let name = match close {
        Some(close) => rest.strip_suffix(&[close]),
        None => Some(rest),
    };
    first == open
        && name.is_some_and(|name| {
            !name.is_empty()
                && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.'))
        })
}

/// Whether a part of a value is blotted out: dots, stars, a row of `x`.
///
/// With the marker in it a value is rarely made up, and chance writes `xxxx` into one key of ten thousand: six are needed.
pub(super) fn is_masked(value: &[u8], has_marker: bool) -> bool {
    let row = if has_marker { 6 } else { 4 };
    let crosses =
        |lower: u8| value.windows(row).any(|window| window.iter().all(|byte| byte.to_ascii_lowercase() == lower));
    let has = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    has(b"..")
        || has(b"**")
        || has(b"____")
        || has(b"####")
        || has("…".as_bytes())
        || has("••".as_bytes())
        || crosses(b'x')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_known() {
        for value in [
            "${X}",
            "$OPENAI_API_KEY",
            "%KEY%",
            "@KEY@",
            "__KEY__",
            "{{ .Values.key }}",
            "<your-key>",
            "op://a/b",
            "$env:KEY",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        for value in ["sk-abc", "$", "100%", "a@b", "plain"] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }
}
