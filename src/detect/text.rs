//! What kind of text stands around a match: code, comment or prose. By file name and line, without a parser.

use std::cell::OnceCell;

use super::bytes::line_start;

/// How far back the beginning of a block comment is looked for.
const BLOCK_REACH: usize = 4096;
/// How many beginnings of comments are looked at, backwards.
const MOST_OPENERS: usize = 64;

/// How much of a line in front of a match is looked at.
const SHORT_REACH: usize = 400;

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileKind {
    hash: bool,
    slashes: bool,
    dashes: bool,
    semicolon: bool,
    markup: bool,
    docstrings: bool,
    /// Prose, with code only in fences.
    pub(super) prose: bool,
    /// A language in which strings that stand one behind the other are one.
    pub(super) code_strings: bool,
    /// A notebook: cells of code and of prose.
    pub(super) notebook: bool,
    /// Elements with text between their tags.
    pub(super) elements: bool,
    /// A format that only ever holds settings.
    pub(super) config: bool,
    /// A script of assignments without quotes.
    pub(super) shell: bool,
    /// Lines of a directive and its words, as web servers and proxies have them.
    pub(super) directives: bool,
    /// What a program wrote down.
    pub(super) log: bool,
    /// A database dump.
    pub(super) sql: bool,
    /// Holds bytes that no text has.
    pub(super) binary: bool,
    /// A compose file: one block for each service.
    pub(super) compose: bool,
}

impl FileKind {
    pub(super) fn of(path: &str, binary: bool) -> Self {
        let name = path.rsplit(['/', '!']).next().unwrap_or(path).to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let one_of = |list: &[&str]| list.contains(&extension);
        let slashes = one_of(&[
            "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "go", "java", "kt", "kts", "cs", "rs", "swift",
            "dart", "scala", "c", "cc", "cpp", "h", "hpp", "m", "mm", "php", "json", "json5", "jsonc", "groovy",
            "gradle", "proto", "css", "scss", "less", "vue", "svelte", "tf", "hcl", "zig", "v", "sol",
        ]);
        let markup = one_of(&[
            "html", "htm", "xml", "xhtml", "svg", "vue", "svelte", "md", "mdx", "markdown", "plist", "csproj", "config",
        ]);
        let prose = one_of(&[
            "md", "mdx", "markdown", "rst", "adoc", "asciidoc", "txt", "tex", "org", "textile", "pod", "po", "pot", "1",
        ]);
        let dashes = one_of(&["sql", "lua", "hs", "elm", "ada"]);
        let semicolon = one_of(&["ini", "el", "lisp", "clj", "cljs", "scm", "asm", "reg", "cfg", "conf"]);
        let compose = name.contains("compose") && one_of(&["yml", "yaml"]);
        let config = one_of(&[
            "yml",
            "yaml",
            "toml",
            "json",
            "jsonc",
            "json5",
            "ini",
            "cfg",
            "conf",
            "properties",
            "env",
            "tfvars",
            "tf",
            "plist",
            "xml",
            "reg",
        ]) || name.starts_with(".env");
        let hash = !(slashes || markup || dashes) || one_of(&["php", "tf", "hcl", "json5"]);
        let is_text = slashes
            || config
            || one_of(&[
                "py", "pyi", "rb", "pl", "lua", "r", "jl", "ex", "exs", "html", "htm", "sh", "bash", "zsh", "fish",
                "ps1",
            ]);
        Self {
            hash,
            slashes,
            dashes,
            semicolon,
            markup,
            docstrings: one_of(&["py", "pyi", "ex", "exs", "jl"]),
            prose,
            code_strings: one_of(&[
                "py", "pyi", "pyx", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "m", "mm", "rb", "dart",
            ]),
            notebook: extension == "ipynb",
            elements: one_of(&[
                "js", "jsx", "ts", "tsx", "mjs", "cjs", "vue", "svelte", "html", "htm", "xhtml", "astro",
            ]),
            config,
            shell: one_of(&["sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "service", "mk"])
                || ["dockerfile", "makefile", "procfile", "crontab", ".profile", ".bashrc", ".zshrc"]
                    .iter()
                    .any(|word| name.contains(word)),
            directives: one_of(&["conf", "cfg", "vcl"]) || name == "caddyfile",
            log: extension == "log",
            sql: extension == "sql",
            // A program reads its file whatever bytes a comment holds; only names that say nothing leave it to the bytes.
            binary: binary && !(is_text && extension != "plist"),
            compose,
        }
    }

    fn commented_out(&self, bytes: &[u8], at: usize) -> bool {
        let start = line_start(bytes, at).max(at.saturating_sub(SHORT_REACH));
        // Programs take a lone CR for the end of a line, and those of JavaScript two separators of Unicode, too.
        let cr = memchr::memrchr(b'\r', &bytes[start..at]).map_or(start, |cr| start + cr + 1);
        let separator = |end: &[u8]| memchr::memmem::rfind(&bytes[cr..at], end).map_or(cr, |found| cr + found + 3);
        let start = if self.slashes { separator(b"\xe2\x80\xa8").max(separator(b"\xe2\x80\xa9")) } else { cr };
        let before = &bytes[start..at];
        let lead = before.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = &before[lead..];
        let tokens: [(bool, &[u8]); 9] = [
            (self.hash || self.prose, b"#"),
            (self.slashes || self.prose, b"//"),
            (self.slashes, b"* "),
            (self.slashes, b"/*"),
            (self.dashes, b"--"),
            (self.semicolon, b";"),
            (self.markup, b"<!--"),
            (self.hash, b"REM "),
            (self.hash, b":: "),
        ];
        if tokens.iter().any(|(used, token)| *used && line.starts_with(token) && !closed(line, token))
            || (self.slashes && line == b"*")
        {
            return true;
        }
        // Behind code on the same line: a token that no quote holds.
        [
            (self.hash, &b" #"[..]),
            (self.slashes, b" //"),
            (self.slashes, b"\t//"),
            (self.dashes, b" --"),
            (self.slashes, b" /*"),
        ]
        .into_iter()
        .filter(|(used, _)| *used)
        .any(|(_, token)| {
            memchr::memmem::rfind(line, token)
                .is_some_and(|found| !inside_quotes(&line[..found]) && !closed(&line[found..], token))
        })
    }

    fn in_block(&self, bytes: &[u8], at: usize) -> bool {
        let before = &bytes[at.saturating_sub(BLOCK_REACH)..at];
        // In a comment of one line, or in a string, it opens nothing: `// serves /v1/* to all`.
        let is_code = |at: &usize| {
            let line = &before[line_start(before, *at)..*at];
            let commented =
                self.slashes && memchr::memmem::find(line, b"//").is_some_and(|found| !is_scheme(line, found));
            !commented && !inside_quotes(line)
        };
        let open = |open: &[u8], close: &[u8]| {
            let opened = memchr::memmem::rfind_iter(before, open).take(MOST_OPENERS).find(is_code);
            opened.is_some_and(|opened| {
                memchr::memmem::find(&before[opened..], close).is_none()
                    // A glob such as `src/*.rs` opens nothing: a comment has a blank, a star or a line behind it.
                    && matches!(before.get(opened + open.len()), Some(b' ' | b'*' | b'\n' | b'\r' | b'!' | b'-'))
                    // `'/v1/**'` ends a string there.
                    && !matches!(before.get(opened + open.len() + 1), Some(b'"' | b'\'' | b'`'))
            })
        };
        (self.slashes && open(b"/*", b"*/")) || (self.markup && open(b"<!--", b"-->"))
    }
}

/// A text with what is counted from its beginning, counted once.
pub(super) struct Text<'b> {
    pub(super) kind: FileKind,
    bytes: &'b [u8],
    fences: OnceCell<Vec<usize>>,
    triple_quotes: OnceCell<[Vec<usize>; 2]>,
    /// Where cells of a notebook say what they are, and whether it is prose.
    cells: OnceCell<Vec<(usize, bool)>>,
}

impl<'b> Text<'b> {
    pub(super) fn new(kind: FileKind, bytes: &'b [u8]) -> Self {
        Self { kind, bytes, fences: OnceCell::new(), triple_quotes: OnceCell::new(), cells: OnceCell::new() }
    }

    /// Whether offset `at` lies in a comment or a docstring.
    pub(super) fn in_comment(&self, at: usize) -> bool {
        if self.kind.prose {
            return self.kind.commented_out(self.bytes, at) && self.in_fence(at);
        }
        self.kind.commented_out(self.bytes, at)
            || self.kind.in_block(self.bytes, at)
            || (self.kind.docstrings && self.in_docstring(at))
    }

    /// Whether offset `at` lies in prose outside any code block.
    pub(super) fn in_prose(&self, at: usize) -> bool {
        (self.kind.prose && !self.in_fence(at))
            || (self.kind.notebook && self.in_cell_of_prose(at))
            || (self.kind.elements && in_element(self.bytes, at))
    }

    /// Whether the cell of a notebook around offset `at` holds prose; a cell says first what it is.
    fn in_cell_of_prose(&self, at: usize) -> bool {
        const NAME: &[u8] = b"\"cell_type\"";
        let prose = |cell: usize| {
            let value = self.bytes[cell + NAME.len()..].trim_ascii_start();
            let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
            value.starts_with(b"\"markdown\"") || value.starts_with(b"\"raw\"")
        };
        let cells = || memchr::memmem::find_iter(self.bytes, NAME).map(|cell| (cell, prose(cell))).collect();
        let cells: &Vec<(usize, bool)> = self.cells.get_or_init(cells);
        let behind = cells.partition_point(|&(cell, _)| cell < at);
        behind.checked_sub(1).is_some_and(|last| cells[last].1)
    }

    fn in_fence(&self, at: usize) -> bool {
        let bytes = self.bytes;
        let fences = self.fences.get_or_init(|| {
            let starts_line = |fence: &usize| {
                bytes[line_start(bytes, *fence)..*fence].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'>'))
            };
            memchr::memmem::find_iter(bytes, b"```").filter(starts_line).collect()
        });
        fences.partition_point(|&fence| fence < at) % 2 == 1
    }

    /// Whether an odd number of triple quotes stands in front, and the string they open is no value.
    fn in_docstring(&self, at: usize) -> bool {
        let bytes = self.bytes;
        let quotes = self.triple_quotes.get_or_init(|| {
            // Quotes in a comment open nothing.
            let is_code = |quote: &usize| {
                let line = &bytes[line_start(bytes, *quote)..*quote];
                memchr::memchr(b'#', line).is_none_or(|hash| inside_quotes(&line[..hash]))
            };
            [&b"\"\"\""[..], b"'''"].map(|quotes| memchr::memmem::find_iter(bytes, quotes).filter(is_code).collect())
        });
        quotes.iter().any(|quotes| {
            let count = quotes.partition_point(|&quote| quote < at);
            count % 2 == 1 && {
                let open = quotes[count - 1];
                !bytes[line_start(bytes, open)..open].iter().any(|byte| matches!(byte, b'=' | b'(' | b','))
            }
        })
    }
}

/// Whether the `//` at `at` is that of an address.
fn is_scheme(line: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| line[before] == b':')
}

/// Whether offset `at` lies in the text between two tags: `<p>See https://…</p>`.
fn in_element(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(SHORT_REACH)..at];
    let Some(close) = memchr::memrchr(b'>', before) else { return false };
    let text = &before[close + 1..];
    let tag = memchr::memrchr(b'<', &before[..close]).map(|open| &before[open + 1..close]);
    let is_tag = |tag: &[u8]| {
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        let word = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')).count();
        let ends = name.get(word).is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        (name.first().is_some_and(u8::is_ascii_alphabetic) && ends || name.is_empty())
            && !name.starts_with(b"script")
            && !name.starts_with(b"style")
            && !tag.ends_with(b"=")
    };
    let code = |byte: &u8| matches!(byte, b'{' | b'}' | b';' | b'=' | b'"' | b'`' | b'(');
    if !tag.is_some_and(is_tag) || text.iter().any(code) || text.ends_with(b"'") {
        return false;
    }
    let behind = &bytes[at..bytes.len().min(at + SHORT_REACH)];
    let open = behind.iter().position(|byte| matches!(byte, b'<' | b'{' | b'}' | b';' | b'"' | b'`'));
    open.is_some_and(|open| {
        behind[open] == b'<'
            && behind.get(open + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'/' || *next == b'>')
    })
}

fn closed(comment: &[u8], token: &[u8]) -> bool {
    token.ends_with(b"/*") && memchr::memmem::find(comment, b"*/").is_some()
}

fn inside_quotes(text: &[u8]) -> bool {
    let (mut open, mut at) = (None, 0);
    while let Some(&byte) = text.get(at) {
        match (open, byte) {
            // What is escaped neither opens nor closes.
            (Some(_), b'\\') => at += 1,
            (None, b'"' | b'\'' | b'`') => open = Some(byte),
            (Some(quote), byte) if byte == quote => open = None,
            _ => {}
        }
        at += 1;
    }
    open.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(path: &str, text: &str) -> bool {
        let at = text.find('@').unwrap();
        Text::new(FileKind::of(path, false), text.as_bytes()).in_comment(at)
    }

    #[test]
    fn what_looks_like_the_beginning_of_a_comment_hides_no_code() {
        for (path, text) in [
            ("a.js", "// serves /v1/* to all\ncall(@"),
            ("a.go", "x := \"/v1/* y\"\ncall(@"),
            ("a.py", "# uses \"\"\" quotes\ncall(@"),
            ("a.py", "a = 'don\\'t #'; call(@"),
            ("a.js", "a = 'it\\'s //'; call(@"),
            ("a.py", "# x\rcall(@"),
            ("a.js", "// x\u{2028}call(@"),
        ] {
            assert!(!comment(path, text), "{path} {text}");
        }
    }

    #[test]
    fn comments_are_known_by_the_language() {
        for (path, text) in [
            ("a.py", "# see @"),
            ("a.py", "x = 1  # see @"),
            ("a.py", "def f():\n  \"\"\"Docs\n  @\n  \"\"\""),
            ("a.ts", "// @"),
            ("a.ts", "/**\n * @\n */"),
            ("a.go", "x := 1 // @"),
            ("a.sql", "-- @"),
            ("a.html", "<!-- @ -->"),
            (".env", "# K=@"),
            ("a.ini", "; k=@"),
            ("a.js", "/* a\n b @ */"),
            ("a.js", "// all of /v1/*\n/* a\n b @ */"),
        ] {
            assert!(comment(path, text), "{path} {text}");
        }
        for (path, text) in [
            ("a.py", "x = \"@\""),
            ("a.py", "x = \"#\" + \"@\""),
            ("a.py", "x = \"\"\"\n@\n\"\"\""),
            ("a.ts", "const u = 'http://@'"),
            ("a.js", "/* a */ '@'"),
            (".env", "K=@"),
            ("a.go", "\"https://\" + \"@\""),
            ("a.sql", "insert '@'"),
            ("a.css", "url(a/*.png) @"),
        ] {
            assert!(!comment(path, text), "{path} {text}");
        }
    }

    #[test]
    fn text_between_tags_is_prose() {
        for text in ["<p>Don't use @ here</p>", "return <b>a</b> or @ <br/>", "<option value=\"a\">@</option>"] {
            assert!(in_element(text.as_bytes(), text.find('@').unwrap()), "{text}");
        }
        for text in [
            "if (a > b) f('@') <c",
            "const f = () => '@' + x<y>",
            "<script>u='@'</script>",
            "<Chat url='@' />",
            "ref<string>('@')</a>",
        ] {
            assert!(!in_element(text.as_bytes(), text.find('@').unwrap()), "{text}");
        }
    }

    #[test]
    fn cells_of_a_notebook_say_what_they_are() {
        let text =
            br#"{"cells": [{"cell_type": "markdown", "source": ["A"]}, {"cell_type": "code", "source": ["B"]}]}"#;
        let prose = |byte: u8| {
            let at = memchr::memchr(byte, text).unwrap();
            Text::new(FileKind::of("a.ipynb", false), text).in_prose(at)
        };
        assert!(prose(b'A') && !prose(b'B'));
    }

    #[test]
    fn code_in_prose_is_fenced() {
        let text = b"# T\nsee A\n```sh\nexport B\n```\nC";
        let text = Text::new(FileKind::of("README.md", false), text);
        assert!(text.in_prose(8) && !text.in_prose(21) && text.in_prose(28));
    }
}
