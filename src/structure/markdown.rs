//! Documents: blocks of code in Markdown, reStructuredText and AsciiDoc, each read in its own language.
//!
//! A block stands for itself: what one example sets has nothing to do with the next. Prose belongs to the document.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::Unread;
use super::format::{Format, Shell};
use super::mapped::Mapped;
use super::tree::Tree;

/// Larger documents are not taken on.
const LARGEST: usize = 4 << 20;

/// Reads the blocks of a document into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let mut lines = Lines { bytes, at: 0 };
    let mut info = String::new();
    let mut in_list = false;
    let mut blank = true;
    while let Some(line) = lines.next() {
        let text = line.text(bytes);
        if let Some(fence) = Fence::of(text, !info.is_empty()) {
            let language = if fence.info.is_empty() { std::mem::take(&mut info) } else { fence.info.to_owned() };
            let mut block = Block::new(line.indent, language);
            while let Some(line) = lines.next() {
                if fence.is_closed_by(line.text(bytes)) {
                    break;
                }
                block.lines.push(line);
            }
            block.read(bytes, scope, tree);
            info.clear();
            blank = true;
            continue;
        }
        if let Some(language) = directive(text) {
            // What follows deeper than the directive, behind its options.
            let language = language.to_owned();
            let mut block = lines.deeper(line.indent + 1, language);
            let options = |line: &Line| line.text(bytes).starts_with(b":");
            let lead = block.lines.iter().take_while(|line| options(line) || line.text(bytes).is_empty()).count();
            block.lines.drain(..lead);
            block.read(bytes, scope, tree);
            blank = true;
            continue;
        }
        info = attribute(text).unwrap_or_default();
        if blank && line.indent >= 4 && !in_list && !text.is_empty() {
            lines.at = line.span.start;
            lines.deeper(4, String::new()).read(bytes, scope, tree);
            continue;
        }
        blank = text.is_empty();
        if !blank && (line.indent < 2 || in_list) {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let item = text.starts_with(b"- ") || text.starts_with(b"* ") || text.starts_with(b"+ ");
            in_list = item || (digits > 0 && matches!(text.get(digits), Some(b'.' | b')'))) || line.indent >= 2;
        }
    }
    Ok(())
}

/// A line without the marks of a quotation.
struct Line {
    /// Marks included, line end included.
    span: Range<usize>,
    /// Where the marks end.
    start: usize,
    /// How many blanks follow the marks.
    indent: usize,
}

impl Line {
    fn text<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes[self.start..self.span.end].trim_ascii()
    }
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lines<'_> {
    fn next(&mut self) -> Option<Line> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = self.at + memchr::memchr(b'\n', rest).map_or(rest.len(), |found| found + 1);
        let span = self.at..end;
        let blanks = |at: usize| self.bytes[at..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let mut start = if self.at == 0 && rest.starts_with("\u{feff}".as_bytes()) { 3 } else { self.at };
        for _ in 0..6 {
            let at = start + blanks(start);
            if at - start > 3 || self.bytes.get(at) != Some(&b'>') || self.bytes[at..end].starts_with(b">>>") {
                break;
            }
            start = at + 1;
            start += usize::from(self.bytes.get(start) == Some(&b' '));
        }
        let start = start.min(end);
        self.at = end;
        Some(Line { span, start, indent: blanks(start) })
    }

    /// The lines from here on that are indented by at least so much.
    fn deeper(&mut self, indent: usize, language: String) -> Block {
        let mut block = Block::new(usize::MAX, language);
        loop {
            let before = self.at;
            let Some(line) = self.next() else { break };
            let empty = line.text(self.bytes).is_empty();
            if !empty && line.indent < indent {
                self.at = before;
                break;
            }
            if !empty {
                block.indent = block.indent.min(line.indent);
            }
            block.lines.push(line);
        }
        block
    }
}

/// The fence that opens a block.
struct Fence<'a> {
    sign: u8,
    length: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    /// `announced`: a line before said that a block of AsciiDoc follows.
    fn of(text: &'a [u8], announced: bool) -> Option<Self> {
        let sign = *text.first()?;
        let length = text.iter().take_while(|byte| **byte == sign).count();
        let info = str::from_utf8(&text[length..]).unwrap_or_default().trim();
        let fits = match sign {
            b'`' => length >= 3 && !info.contains('`'),
            b'~' => length >= 3,
            b'-' | b'.' => announced && length >= 4 && info.is_empty(),
            _ => false,
        };
        fits.then_some(Self { sign, length, info })
    }

    fn is_closed_by(&self, text: &[u8]) -> bool {
        text.len() >= self.length && text.iter().all(|byte| *byte == self.sign)
    }
}

/// The language of `.. code-block:: bash`; nothing in it where `::` at the end of a line says that code follows.
fn directive(text: &[u8]) -> Option<&str> {
    let text = str::from_utf8(text).ok()?;
    for lead in [".. code-block::", ".. code::", ".. sourcecode::"] {
        if let Some(language) = text.strip_prefix(lead) {
            return Some(language.trim());
        }
    }
    (text.ends_with("::") && !text.starts_with("..") && !text.contains('`')).then_some("")
}

/// The language of `[source,bash]`.
fn attribute(text: &[u8]) -> Option<String> {
    let inner = str::from_utf8(text).ok()?.strip_prefix('[')?.strip_suffix(']')?;
    let mut parts = inner.split(',').map(str::trim);
    let first = parts.next()?;
    let code = first.is_empty() || first.starts_with("source") || first.starts_with("listing");
    code.then(|| parts.next().unwrap_or("text").trim_matches('"').to_owned())
}

/// A block of code.
struct Block {
    /// How much its lines are indented as a whole.
    indent: usize,
    language: String,
    lines: Vec<Line>,
}

impl Block {
    fn new(indent: usize, language: String) -> Self {
        Self { indent, language, lines: Vec::new() }
    }

    fn read(self, bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
        let (Some(first), Some(last)) = (self.lines.first(), self.lines.last()) else { return };
        let span = first.span.start..last.span.end;
        let name = name(&self.language);
        let section = tree.open(scope, ScopeKind::Section, name, span);
        if section != scope {
            tree.set_unit(section, true);
        }
        let mut lines = self.lines.iter().map(|line| line.text(bytes));
        let head = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or(first.text(bytes));
        let file = file_name(name);
        let format = Format::of(&file, b"").or_else(|| guess(&self.language, head));
        let Some(mut format) = format else { return };
        if format == Format::Shell(Shell::Posix) && head.starts_with(b"$env:") {
            format = Format::Shell(Shell::Power);
        }
        let prompts: &[&[u8]] = match format {
            Format::Shell(_) => &[b"$ ", b"% ", b"PS> ", b"> "],
            Format::Code(_) => &[b">>> ", b"... ", b"In [1]: "],
            _ => &[],
        };
        let prompted = prompts.iter().any(|prompt| head.starts_with(prompt));
        let mut inner = Mapped::default();
        let mut goes_on = false;
        for line in &self.lines {
            let start = line.start + line.indent.min(self.indent);
            let text = &bytes[start..line.span.end];
            let prompt = prompts.iter().find(|prompt| prompted && text.starts_with(prompt)).map_or(0, |it| it.len());
            if prompted && prompt == 0 && !goes_on {
                // What a command put out.
                continue;
            }
            goes_on = text.trim_ascii_end().ends_with(b"\\");
            inner.push(&text[prompt..], start + prompt);
        }
        // What cannot be read stays a text in its section.
        let _unread = tree.within(&inner, |tree| super::read_as(format, &inner.text, section, tree));
    }
}

/// The language in an info string: `{.python .numberLines}`, `yaml title="a"`, `ts{1,3}`.
fn name(info: &str) -> &str {
    let info = info.trim_start_matches(['{', '.', ' ']);
    let end = info.find([' ', ',', '{', '}', ':', '\t', '=']).unwrap_or(info.len());
    &info[..end]
}

/// What a file in a language would be called.
fn file_name(language: &str) -> String {
    let language = language.to_ascii_lowercase();
    if language.contains('.') {
        return language;
    }
    let extension = match language.as_str() {
        "console" | "shell" | "shellsession" | "sh-session" | "shell-session" | "terminal" | "bash-session"
        | "term" => "sh",
        "python" | "python3" | "pycon" | "ipython" => "py",
        "javascript" | "node" => "js",
        "typescript" => "ts",
        "csharp" | "c#" => "cs",
        "c++" => "cpp",
        "golang" => "go",
        "kotlin" => "kt",
        "rust" => "rs",
        "ruby" => "rb",
        "powershell" | "pwsh" | "ps" => "ps1",
        "batch" | "dosbatch" | "batchfile" => "bat",
        "terraform" => "tf",
        "makefile" | "make" => "mk",
        "mysql" | "postgresql" | "sqlite" => "sql",
        "elisp" | "emacs-lisp" => "el",
        "clojure" => "clj",
        "cron" | "crontab" => return "crontab".to_owned(),
        "procfile" => return "procfile".to_owned(),
        "docker" => "dockerfile",
        "dotenv" => "env",
        "systemd" => "service",
        "objective-c" | "objc" => "m",
        // An example of how to write a document is none of code.
        "markdown" | "md" | "mdx" | "text" | "txt" | "plain" => "txt",
        other => other,
    };
    format!("x.{extension}")
}

/// The format of a block that does not say it, by how it begins.
fn guess(language: &str, head: &[u8]) -> Option<Format> {
    if !language.is_empty() {
        return None;
    }
    let word = head.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let capitals =
        head.iter().take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'0'..=b'9')).count();
    if capitals > 2 && head.get(capitals) == Some(&b'=') {
        return Some(Format::Dotenv);
    }
    let programs: [&[u8]; 12] =
        [b"$", b"%", b"curl", b"export", b"docker", b"sudo", b"npm", b"npx", b"pip", b"kubectl", b"helm", b"git"];
    if programs.contains(&word) {
        return Some(Format::Shell(Shell::Posix));
    }
    Format::of("x", head)
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn blocks_are_read_in_their_language() {
        let text = "\u{feff}# é\r\n```bash\r\n$ export KEY=key-one\r\n$ curl -H 'A: b' \\\r\n    https://a.example\r\n```\r\n- item\r\n\r\n  ```env title=\".env\"\r\n  K=v\r\n  ```\r\n\r\n> ~~~~ dotenv\r\n> A=\"b\r\n> c\"\r\n> ~~~\r\n> ~~~~\r\ntext K=V\r\n";
        let wanted = "file\n  section bash (unit)\n    KEY = key-one\n    call curl (unit)\n      A = b\n      url = https://a.example\n  section env (unit)\n    K = v\n  section dotenv (unit)\n    A = b\r\n> c\n";
        assert_eq!(outline("README.md", text), wanted);
    }

    #[test]
    fn other_documents_and_indented_blocks() {
        let text = "Text::\n\n    export A=key-one\n\n.. code-block:: sh\n   :linenos:\n\n   B=key-two\n\nEnd\n";
        let wanted = "file\n  section (unit)\n    A = key-one\n  section sh (unit)\n    B = key-two\n";
        assert_eq!(outline("a.rst", text), wanted);
        let text = "[source,bash]\n----\nC=key-three\n----\n";
        assert_eq!(outline("a.adoc", text), "file\n  section bash (unit)\n    C = key-three\n");
        let text = "Text\n\n    D_E=key\n\n1. list\n\n    F_G=text\n";
        assert_eq!(outline("a.md", text), "file\n  section (unit)\n    D_E = key\n");
        outline("a.md", "```bash\nA=b");
    }
}
