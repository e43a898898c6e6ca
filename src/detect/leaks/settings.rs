//! Settings of build tools and of apps that end in what people receive, where the file says so around them.

use memchr::memmem;

use super::ranges::Held;
use crate::detect::bytes::line_start;

/// How much of the line in front of a key is looked at.
const LINE_REACH: usize = 300;

/// A block of settings.
struct Block {
    /// What the file's name begins with.
    file: &'static str,
    /// The block that it has to stand in.
    within: &'static str,
    /// One within that, or nothing.
    word: &'static str,
    /// What it is.
    what: &'static str,
}

/// Sources: the documentation of each tool. What a tool puts in only where code asks for it (`env` of Next.js) is none.
const BLOCKS: &[Block] = &[
    // docs.expo.dev: `extra` can be read by anybody who has the app.
    Block { file: "app.json", within: "expo", word: "extra", what: "the app's own settings" },
    Block { file: "app.config.", within: "extra", word: "", what: "the app's own settings" },
    // nuxt.com: `public` of the runtime settings is sent with each page.
    Block { file: "nuxt.config.", within: "runtimeConfig", word: "public", what: "the public runtime settings" },
    Block { file: "nuxt.config.", within: "publicRuntimeConfig", word: "", what: "the public runtime settings" },
    Block { file: "next.config.", within: "publicRuntimeConfig", word: "", what: "the public runtime settings" },
];

/// The blocks of a file, each of which tells.
pub(super) struct Settings<'a> {
    blocks: Vec<(Held, Option<Held>, &'static str)>,
    lines: &'a [&'static [u8]],
    /// What every key in the file is, where it has only one kind.
    all: Option<&'static str>,
}

impl Settings<'_> {
    pub(super) fn new(bytes: &[u8], path: &str) -> Self {
        let name = path.rsplit(['/', '!']).next().unwrap_or(path).to_ascii_lowercase();
        let blocks = BLOCKS.iter().filter(|block| name.starts_with(block.file)).map(|block| {
            let inner = (!block.word.is_empty()).then(|| Held::new(bytes, block.word));
            (Held::new(bytes, block.within), inner, block.what)
        });
        // developer.android.com: values that Gradle writes into the app's code and resources.
        let lines: &[&[u8]] = if name.ends_with(".gradle") || name.ends_with(".gradle.kts") {
            &[b"buildConfigField", b"resValue"]
        } else {
            &[]
        };
        let extension = name == "manifest.json" && memmem::find(bytes, b"\"manifest_version\"").is_some();
        Self { blocks: blocks.collect(), lines, all: extension.then_some("the manifest of a browser extension") }
    }

    /// What a key is a part of.
    pub(super) fn part(&self, bytes: &[u8], at: usize) -> Option<&'static str> {
        let line = &bytes[line_start(bytes, at).max(at.saturating_sub(LINE_REACH))..at];
        let block = self
            .blocks
            .iter()
            .find(|(outer, inner, _)| outer.holds(at) && inner.as_ref().is_none_or(|inner| inner.holds(at)));
        let field = self.lines.iter().any(|word| memmem::find(line, word).is_some());
        block.map(|(_, _, what)| *what).or(field.then_some("a field that the build writes into the app")).or(self.all)
    }
}

/// Whether a key is part of a command that Claude Code was allowed to run: it writes such commands down as they were typed.
pub(super) fn is_allowed_command(bytes: &[u8], path: &str, at: usize) -> bool {
    if !path.contains(".claude/settings") {
        return false;
    }
    let line = &bytes[line_start(bytes, at).max(at.saturating_sub(4 * LINE_REACH))..at];
    let Some(command) = memmem::rfind(line, b"\"Bash(").map(|start| &line[start + 1..]) else { return false };
    // Quotes within the command are escaped.
    command.iter().enumerate().all(|(at, &byte)| byte != b'"' || command[..at].ends_with(b"\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(path: &str, text: &str) -> Option<&'static str> {
        Settings::new(text.as_bytes(), path).part(text.as_bytes(), text.find("KEY").unwrap())
    }

    #[test]
    fn settings_that_are_handed_out() {
        for (path, text) in [
            ("app.json", r#"{"expo":{"name":"x","extra":{"k":"KEY"}}}"#),
            ("a/app.config.ts", "export default { extra: { k: 'KEY' } }"),
            ("nuxt.config.ts", "export default defineNuxtConfig({runtimeConfig:{k:'x',public:{k:'KEY'}}})"),
            ("app/build.gradle", "buildConfigField \"String\",\"K\",\"\\\"KEY\\\"\""),
            ("app/build.gradle.kts", "  resValue(\"string\", \"k\", \"KEY\")"),
            ("ext/manifest.json", r#"{"manifest_version":3,"k":"KEY"}"#),
        ] {
            assert!(part(path, text).is_some(), "{path} {text}");
        }
        for (path, text) in [
            ("app.json", r#"{"extra":{"k":"KEY"}}"#),
            ("app.json", r#"{"expo":{"name":"x","extra":{}},"k":"KEY"}"#),
            ("nuxt.config.ts", "export default defineNuxtConfig({runtimeConfig:{k:'KEY',public:{b:'/'}}})"),
            ("nuxt.config.ts", "export default defineNuxtConfig({public:{k:'KEY'}})"),
            ("app/build.gradle", "buildConfigField \"String\",\"K\",k\ndef key = \"KEY\""),
            ("manifest.json", r#"{"k":"KEY"}"#),
            ("package.json", r#"{"manifest_version":3,"k":"KEY"}"#),
        ] {
            assert_eq!(part(path, text), None, "{path} {text}");
        }
    }

    #[test]
    fn commands_that_were_allowed() {
        let told = |path, text: &str| is_allowed_command(text.as_bytes(), path, text.find("KEY").unwrap());
        assert!(told(".claude/settings.local.json", r#"{"allow":["Bash(K=KEY node x.js:*)"]}"#));
        assert!(!told(".claude/settings.local.json", "{\"allow\":[\"Bash(ls)\"],\n\"env\":{\"K\":\"KEY\"}}"));
        assert!(!told(".claude/settings.local.json", r#"{"allow":["Bash(ls)"],"env":{"K":"KEY"}}"#));
        assert!(!told("a.json", r#"{"allow":["Bash(K=KEY node x.js:*)"]}"#));
    }
}
