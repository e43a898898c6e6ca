//! Crontabs and Procfiles: settings, and commands in lines of their own.

use crate::model::{ScopeId, ScopeKind};

use super::Unread;
use super::shell;
use super::tree::Tree;

/// Larger files are not taken on.
const LARGEST: usize = 4 << 20;

/// Reads the lines of a crontab or Procfile into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    while at < bytes.len() {
        let mut end = line_end(bytes, at);
        while bytes[at..end].ends_with(b"\\") && end < bytes.len() {
            end = line_end(bytes, end + 1);
        }
        line(bytes, at, end, scope, tree);
        at = end + 1;
    }
    Ok(())
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |found| at + found)
}

fn line(bytes: &[u8], start: usize, end: usize, scope: ScopeId, tree: &mut Tree) {
    let text = bytes[start..end].trim_ascii_end();
    let start = start + text.len() - text.trim_ascii_start().len();
    let end = start + text.trim_ascii_start().len();
    let text = &bytes[start..end];
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    match text.get(name) {
        _ if text.starts_with(b"#") => {}
        Some(b':') if name > 0 => {
            // `web: command`, a process of its own.
            let label = String::from_utf8_lossy(&text[..name]).into_owned();
            let service = tree.open(scope, ScopeKind::Service, &label, start..end);
            shell::read_commands(bytes, start + name + 1..end, service, tree);
        }
        Some(b'@') if name == 0 => {
            let word = text.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            shell::read_commands(bytes, start + word..end, scope, tree);
        }
        _ => {
            let rest = text[name..].trim_ascii_start();
            if name > 0 && rest.starts_with(b"=") {
                let value = rest[1..].trim_ascii_start();
                let value = shell::bare(bytes, end - value.len()..end);
                tree.value(bytes, scope, &String::from_utf8_lossy(&text[..name]), value);
                return;
            }
            shell::read_commands(bytes, start + times(text)..end, scope, tree);
        }
    }
}

/// How long the five fields are that say when a command runs; 0 where there are none.
fn times(text: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..5 {
        let field = text[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'/' | b',' | b'-' | b'H');
        if field == 0 || !(text[at..at + field].iter().all(number) || field <= 3) {
            return 0;
        }
        at += field;
        at += text[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }
    at
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn settings_and_commands() {
        let text =
            "# a: b\r\nKEY=\"key-one\"\r\n*/5 * * * mon curl -H 'A: b' https://a.example\r\n@daily x --key k2\r\n";
        let wanted = "file\n  KEY = key-one\n  call curl (unit)\n    A = b\n    url = https://a.example\n  call x (unit)\n    key = k2\n";
        assert_eq!(outline("crontab", text), wanted);
        let text = "web: KEY=k1 serve --port $PORT\nworker: run";
        let wanted = "file\n  service web (unit)\n    call serve (unit) uses PORT\n      KEY = k1\n      port = $PORT\n  service worker (unit)\n";
        assert_eq!(outline("Procfile", text), wanted);
    }
}
