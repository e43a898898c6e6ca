//! Lines of a given width with a column of labels, and colour where it is wanted.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Links;
use crate::model::{Position, Severity};
use crate::report::sanitize::sanitize;
use crate::report::{Options, words};

/// Width where no terminal tells one.
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this, lines run over: words would stand one below the other.
const MIN_WIDTH: usize = 40;
/// Wider than this no line is filled: the eye loses the next one.
const MAX_WIDTH: usize = 120;
/// Columns in front of the labels.
const INDENT: usize = 2;
/// Columns of the labels.
const LABEL: usize = 9;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// Worth the eye.
    Strong,
    /// Beside the point.
    Faint,
    /// As bad as the severity says.
    Severity(Severity),
    /// Something went wrong.
    Alarm,
}

impl Look {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Severity(Severity::Critical) | Self::Alarm => color(AnsiColor::Red).bold(),
            Self::Severity(Severity::High) => color(AnsiColor::Red),
            Self::Severity(Severity::Medium) => color(AnsiColor::Yellow),
            Self::Severity(Severity::Low) => color(AnsiColor::Cyan),
            Self::Severity(Severity::Info) => color(AnsiColor::Blue),
        }
    }
}

/// Where people's text goes. Whatever is handed to it is sanitised here, once and for all.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
    links: Option<&'a Links>,
}

/// A place as people see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// Path for people.
    pub(super) shown: &'a str,
    /// Whether raw bytes in the path are `%XX`.
    pub(super) percent: bool,
    pub(super) position: &'a Position,
    /// Whether there is a file to open.
    pub(super) is_file: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, options: &'a Options) -> Self {
        let width = options.width.unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH);
        Self { out, color: options.color, width, links: options.links.as_ref() }
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A text at the left edge, wrapped.
    pub(super) fn text(&mut self, look: Look, text: &str) -> io::Result<()> {
        self.wrapped(look, text, 0)
    }

    /// A text under a heading, wrapped.
    pub(super) fn under(&mut self, look: Look, text: &str) -> io::Result<()> {
        self.wrapped(look, text, INDENT)
    }

    /// A heading: the severity, what it is about, and a remark.
    pub(super) fn heading(&mut self, severity: Severity, title: &str, remark: &str) -> io::Result<()> {
        self.put(Look::Severity(severity), &severity.as_str().to_uppercase())?;
        self.put(Look::Plain, "  ")?;
        self.put(Look::Strong, title)?;
        if !remark.is_empty() {
            self.put(Look::Faint, &format!("  ({remark})"))?;
        }
        self.blank()
    }

    /// A labelled line: `head` in one piece, `tail` behind it where it fits, else below it.
    pub(super) fn row(&mut self, label: &str, head: (Look, &str), tail: &str) -> io::Result<()> {
        let start = self.label(Look::Faint, label)?;
        if head.1.is_empty() { self.lines(Look::Plain, tail, start) } else { self.pair(head, None, tail, start) }
    }

    /// A labelled text that the eye has to catch.
    pub(super) fn strong_row(&mut self, label: &str, text: &str) -> io::Result<()> {
        let start = self.label(Look::Strong, label)?;
        self.lines(Look::Strong, text, start)
    }

    /// A labelled place, with what is known of it; the place is a link where there are links.
    pub(super) fn place(&mut self, label: &str, spot: Spot<'_>, tail: &str) -> io::Result<()> {
        let start = self.label(Look::Faint, label)?;
        let url = self.links.filter(|_| spot.is_file).and_then(|links| links.url(spot.shown, spot.percent));
        let text = words::place(spot.shown, spot.position);
        self.pair((Look::Plain, &text), url.as_deref(), tail, start)
    }

    /// A label with the space behind it; says where the text starts.
    fn label(&mut self, look: Look, label: &str) -> io::Result<usize> {
        self.put(Look::Plain, &" ".repeat(INDENT))?;
        self.put(look, label)?;
        self.put(Look::Plain, &" ".repeat(LABEL.saturating_sub(columns(label))))?;
        Ok(INDENT + LABEL)
    }

    /// A line of a list under a heading: like a row without a label.
    pub(super) fn item(&mut self, head: (Look, &str), tail: &str) -> io::Result<()> {
        self.put(Look::Plain, &" ".repeat(INDENT))?;
        self.pair(head, None, tail, INDENT)
    }

    /// From column `start` on, `head` in one piece, and `tail` behind it where it fits, else below it.
    fn pair(&mut self, (look, head): (Look, &str), url: Option<&str>, tail: &str, start: usize) -> io::Result<()> {
        let head = sanitize(head);
        // A URL is made of letters, digits and few signs: nothing in it ends the link early.
        if let Some(url) = url {
            write!(self.out, "\x1b]8;;{url}\x1b\\")?;
        }
        self.put(look, &head)?;
        if url.is_some() {
            self.out.write_all(b"\x1b]8;;\x1b\\")?;
        }
        if tail.is_empty() {
            return self.blank();
        }
        if start + columns(&head) + 2 + columns(&sanitize(tail)) <= self.width {
            self.put(Look::Plain, "  ")?;
            self.put(Look::Faint, tail)?;
            return self.blank();
        }
        self.blank()?;
        self.put(Look::Plain, &" ".repeat(start + 2))?;
        self.lines(Look::Faint, tail, start + 2)
    }

    /// A text wrapped behind an indent.
    fn wrapped(&mut self, look: Look, text: &str, indent: usize) -> io::Result<()> {
        self.put(Look::Plain, &" ".repeat(indent))?;
        self.lines(look, text, indent)
    }

    /// The words of a text, each line from column `indent` on; the first line's indent is written already.
    fn lines(&mut self, look: Look, text: &str, indent: usize) -> io::Result<()> {
        let text = sanitize(text);
        let mut line = String::new();
        let mut used = indent;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = columns(word);
            if !line.is_empty() && used + 1 + wide > self.width {
                self.put(look, &line)?;
                self.blank()?;
                self.put(Look::Plain, &" ".repeat(indent))?;
                line.clear();
                used = indent;
            }
            if !line.is_empty() {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += wide;
        }
        self.put(look, &line)?;
        self.blank()
    }

    /// A piece of text in its look; an empty one leaves no trace.
    fn put(&mut self, look: Look, text: &str) -> io::Result<()> {
        let text = sanitize(text);
        if self.color && look != Look::Plain && !text.is_empty() {
            let style = look.style();
            write!(self.out, "{style}{text}{style:#}")
        } else {
            self.out.write_all(text.as_bytes())
        }
    }
}

/// Columns of a text, each character counted as one: wide scripts only make a line run over.
fn columns(text: &str) -> usize {
    text.chars().count()
}
