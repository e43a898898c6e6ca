//! Text for people, wrapped to the terminal.

use std::io::{self, IsTerminal, Write};

use keyscan::report::sanitize;
use terminal_size::terminal_size;

/// The width where nobody looks, and the most that is comfortable to read.
const DEFAULT: usize = 80;
const WIDEST: usize = 100;
/// Narrower terminals have to wrap by themselves.
const NARROWEST: usize = 40;

/// A page in the making.
pub(super) struct Page<'o> {
    out: &'o mut dyn Write,
    width: usize,
}

impl<'o> Page<'o> {
    /// A page as wide as the terminal on standard output.
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        let terminal = if io::stdout().is_terminal() { terminal_size() } else { None };
        let width = terminal.map_or(DEFAULT, |(width, _)| usize::from(width.0).clamp(NARROWEST, WIDEST));
        Self { out, width }
    }

    /// A heading, with an empty line in front.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{text}")
    }

    /// A line as it is, harmless to a terminal.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", sanitize(text))
    }

    /// Lines that are not wrapped, indented.
    pub(super) fn verbatim(&mut self, text: &str) -> io::Result<()> {
        text.lines().try_for_each(|line| writeln!(self.out, "  {}", sanitize(line)))
    }

    /// A text with `start` in front of its first line and as many spaces in front of the others.
    pub(super) fn paragraph(&mut self, start: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(start.chars().count());
        let mut line = start.to_owned();
        let mut empty = true;
        for word in text.split_whitespace().map(sanitize) {
            if !empty && line.chars().count() + 1 + word.chars().count() > self.width {
                writeln!(self.out, "{line}")?;
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(&word);
            empty = false;
        }
        writeln!(self.out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_indented_and_none_is_lost() {
        let mut bytes = Vec::new();
        let long = "x".repeat(30);
        let mut page = Page { out: &mut bytes, width: 20 };
        page.paragraph("  a  ", &format!("one two three four {long} \u{1b}[31mfive")).expect("memory takes all");
        let text = String::from_utf8(bytes).expect("it is text");
        assert!(text.starts_with("  a  one two three\n     four\n     xxx") && !text.contains('\u{1b}'), "{text}");
        assert!(text.lines().all(|line| line.len() <= 20 || line.contains(&long)), "{text}");
    }
}
