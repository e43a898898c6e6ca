//! Lines of a given width with a column of labels, and colour where it is wanted.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::model::Severity;
use crate::report::sanitize::sanitize;

/// Width where no terminal tells one.
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this, lines run over: words would stand one below the other.
const MIN_WIDTH: usize = 40;
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
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, color: bool, width: Option<usize>) -> Self {
        Self { out, color, width: width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH) }
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
        let start = INDENT + LABEL;
        self.put(Look::Plain, &" ".repeat(INDENT))?;
        self.put(Look::Faint, label)?;
        self.put(Look::Plain, &" ".repeat(LABEL.saturating_sub(columns(label))))?;
        if head.1.is_empty() { self.lines(Look::Plain, tail, start) } else { self.pair(head, tail, start) }
    }

    /// A line of a list under a heading: like a row without a label.
    pub(super) fn item(&mut self, head: (Look, &str), tail: &str) -> io::Result<()> {
        self.put(Look::Plain, &" ".repeat(INDENT))?;
        self.pair(head, tail, INDENT)
    }

    /// From column `start` on, `head` in one piece, and `tail` behind it where it fits, else below it.
    fn pair(&mut self, (look, head): (Look, &str), tail: &str, start: usize) -> io::Result<()> {
        let head = sanitize(head);
        self.put(look, &head)?;
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
