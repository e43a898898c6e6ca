//! What of a page reaches browsers: scripts and the values of attributes. Of the templates that servers fill, what stands
//! within their own tags stays on the server.

use memchr::memmem;

use super::ranges::Turns;

/// How far in front of a key the beginning of its tag is looked for.
const TAG_REACH: usize = 4096;

/// Pages as they are sent.
const PAGES: &[&str] = &[".html", ".htm", ".xhtml"];

/// Templates of pages, and components whose scripts are made into what browsers receive.
const TEMPLATES: &[&str] = &[
    ".php",
    ".phtml",
    ".erb",
    ".ejs",
    ".jsp",
    ".jspx",
    ".asp",
    ".aspx",
    ".cshtml",
    ".razor",
    ".vue",
    ".svelte",
    ".astro",
    ".hbs",
    ".handlebars",
    ".mustache",
    ".njk",
    ".twig",
    ".liquid",
    ".jinja",
    ".jinja2",
    ".html.j2",
    ".ftl",
    ".gohtml",
];

/// The scripts of a page, where a file is one.
#[derive(Default)]
pub(super) struct Page {
    scripts: Turns,
    /// What servers run and take out: `<?php … ?>`, `<% … %>`.
    server: Turns,
    attributes: bool,
}

impl Page {
    pub(super) fn new(bytes: &[u8], path: &str) -> Self {
        let path = path.to_ascii_lowercase();
        let one_of = |list: &[&str]| list.iter().any(|end| path.ends_with(end));
        let (attributes, template) = (one_of(PAGES), one_of(TEMPLATES));
        if !(attributes || template) {
            return Self::default();
        }
        let scripts = Turns::new(bytes, &[b"<script", b"<SCRIPT"], &[b"</script", b"</SCRIPT"]);
        let server = Turns::new(bytes, &[b"<?php", b"<?=", b"<%"], &[b"?>", b"%>"]);
        Self { scripts, server, attributes }
    }

    /// The part of a page, of those that browsers receive, in which a key stands.
    pub(super) fn part(&self, bytes: &[u8], at: usize) -> Option<&'static str> {
        if self.server.open_at(at).is_some() {
            return None;
        }
        if let Some(start) = self.scripts.open_at(at) {
            let tag = &bytes[start..at];
            let tag = &tag[..tag.iter().position(|&byte| byte == b'>').unwrap_or(tag.len())];
            // ASP.NET's own.
            return memmem::find(tag, b"runat=").is_none().then_some("a script in a page");
        }
        (self.attributes && in_attribute(&bytes[at.saturating_sub(TAG_REACH)..at])).then_some("an attribute in a page")
    }
}

/// Whether a text ends in the value of an attribute. Values may hold `>` and `<` of their own.
fn in_attribute(before: &[u8]) -> bool {
    let tags = memmem::rfind_iter(before, b"<").filter(|&at| before.get(at + 1).is_some_and(u8::is_ascii_alphabetic));
    // A tag is not long, and what looks like one in a value is rare.
    tags.take(4).any(|tag| {
        let mut quote = None;
        let mut last = b' ';
        for &byte in &before[tag + 1..] {
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if matches!(byte, b'"' | b'\'') && last == b'=' => quote = Some(byte),
                None if matches!(byte, b'<' | b'>') => return false,
                None => {}
            }
            last = byte;
        }
        quote.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(path: &str, text: &str) -> Option<&'static str> {
        Page::new(text.as_bytes(), path).part(text.as_bytes(), text.find("KEY").unwrap())
    }

    #[test]
    fn parts_of_pages() {
        for (path, text, wanted) in [
            ("a.html", "<script>\nk='KEY'</script>", "a script in a page"),
            ("A.HTM", "<SCRIPT>k='KEY'</SCRIPT>", "a script in a page"),
            ("a.php", "<?php $a=1; ?><script>k='KEY'</script>", "a script in a page"),
            ("a.vue", "<script setup>\nk='KEY'\n</script>", "a script in a page"),
            ("a.html.erb", "<script>k='KEY'</script>", "a script in a page"),
            ("a.html", "<body data-key='KEY'>", "an attribute in a page"),
            ("a.html", "<meta name=\"k\" content=\"KEY\">", "an attribute in a page"),
            ("a.html", "<a href=\"javascript:(()=>{f('KEY')})()\">x</a>", "an attribute in a page"),
        ] {
            assert_eq!(part(path, text), Some(wanted), "{path} {text}");
        }
        for (path, text) in [
            ("a.html", "<script src=\"a.js\"></script><p>KEY</p>"),
            ("a.html", "<p title='x'>use \"KEY\"</p>"),
            ("A.HTM", "<SCRIPT>k</SCRIPT><p>KEY</p>"),
            ("a.html", "<pre>k='KEY'</pre>"),
            ("a.php", "<?php $k='KEY';"),
            ("a.php", "<script><?php $k='KEY' ?></script>"),
            ("a.ejs", "<% const k='KEY' %><script></script>"),
            ("a.aspx", "<script runat=\"server\">k='KEY'</script>"),
            ("a.py", "<script>k='KEY'</script>"),
            ("a.erb", "<body data-key='KEY'>"),
        ] {
            assert_eq!(part(path, text), None, "{path} {text}");
        }
    }
}
