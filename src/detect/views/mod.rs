//! Other ways to read a text: encodings undone, and what is written in pieces put together.
//!
//! ```text
//! blob ── read ── stretches of each encoding ── view ── read ── stretches in it ── view … to a depth
//! ```
//!
//! A decoder looks for [`Stretch`]es of a text that say something else once its encoding is undone, and only for those that may
//! hold a key or an address. A [`View`] is the text with what they say in their places, so that names, neighbours and roles
//! are judged as in any other text. What is found in it counts if it holds anything decoded, and stands where the bytes stand
//! that say it.
//!
//! A literal of the prefilter in encoded text is a [`Lead`]: a blob in which nothing else stands passes for it.

mod ansi;
mod base64;
mod chars;
mod codes;
mod complete;
mod continued;
mod escape;
mod framed;
mod head;
mod hex;
mod html;
mod invisible;
mod joined;
mod percent;
mod pieces;
mod quoted_printable;
mod reversed;
mod stretch;
mod unit;
mod utf16;
mod view;
mod wrapped;

use super::names::Named;

pub(super) use base64::{readings, run_length};
pub(super) use head::{encoded_host, encoded_key, spelt};
pub(super) use pieces::key_goes_on;
pub(super) use stretch::{Builder, Stretch};
pub(super) use view::View;

/// Most bytes that are decoded in place, without allocation, to tell what a lead is worth: the longest host with its scheme
/// and user info.
pub(super) const HEAD: usize = 288;

/// A way to write text that is undone. The order is that in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Encoding {
    /// Base64 in either alphabet.
    Base64,
    /// Backslash escapes: `\u002d`, `\x2d`, `\055`.
    Escape,
    /// Percent-encoding, in part or in whole.
    Percent,
    /// Character references of HTML and XML.
    Html,
    /// Quoted-printable.
    QuotedPrintable,
    /// Colours of a terminal inside a text.
    Ansi,
    /// Characters that are not seen, and hyphens and letters of another width, as typeset texts have them.
    Invisible,
    /// Literals that a statement puts together.
    Joined,
    /// Lines that a character at their end continues.
    Continued,
    /// Values that were wrapped to a width, and folded ones.
    Wrapped,
    /// Hexadecimal digits.
    Hex,
    /// Lists of character codes.
    Chars,
    /// UTF-16 inside other bytes.
    Utf16,
    /// Text written backwards.
    Reversed,
}

impl Encoding {
    /// All of them.
    pub(super) const ALL: [Self; 14] = [
        Self::Base64,
        Self::Escape,
        Self::Percent,
        Self::Html,
        Self::QuotedPrintable,
        Self::Ansi,
        Self::Invisible,
        Self::Joined,
        Self::Continued,
        Self::Wrapped,
        Self::Hex,
        Self::Chars,
        Self::Utf16,
        Self::Reversed,
    ];

    /// The word used in reports.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Escape => "escape",
            Self::Percent => "percent",
            Self::Html => "html",
            Self::QuotedPrintable => "quoted-printable",
            Self::Ansi => "ansi",
            Self::Invisible => "invisible",
            Self::Joined => "joined",
            Self::Continued => "continued",
            Self::Wrapped => "wrapped",
            Self::Hex => "hex",
            Self::Chars => "chars",
            Self::Utf16 => "utf-16",
            Self::Reversed => "reversed",
        }
    }
}

/// A literal of the prefilter, and what encoding it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// Base64.
    Base64(base64::Form),
    /// Any other encoding.
    Of(Encoding),
}

impl Lead {
    /// The literals, each at least three bytes long.
    pub(super) fn literals() -> impl Iterator<Item = (&'static [u8], Self)> {
        let base64 = base64::Form::LITERALS.into_iter().map(|(literal, form)| (literal, Self::Base64(form)));
        let others = Encoding::ALL.into_iter();
        base64.chain(
            others.flat_map(|encoding| encoding.literals().iter().map(move |literal| (*literal, Self::Of(encoding)))),
        )
    }

    /// Whether the literal at `at` is where it has to be.
    pub(super) fn is_at(self, bytes: &[u8], at: usize) -> bool {
        match self {
            Self::Base64(form) => form.is_at(bytes, at),
            Self::Of(encoding) => encoding.is_at(bytes, at),
        }
    }

    /// The beginning of what the encoded text says in which the literal stands at `at`, decoded into `room`.
    pub(super) fn head<'b>(self, bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
        match self {
            Self::Base64(form) => base64::head(form, bytes, at, room),
            Self::Of(encoding) => encoding.head(bytes, at, room),
        }
    }

    /// Whether the literal itself tells enough, so that nothing has to be decoded.
    pub(super) const fn is_certain(self) -> bool {
        matches!(self, Self::Base64(form) if form.is_certain())
    }
}

impl Encoding {
    const fn literals(self) -> &'static [&'static [u8]] {
        match self {
            Self::Base64 => &[],
            Self::Escape => escape::LITERALS,
            Self::Percent => percent::LITERALS,
            Self::Html => html::LITERALS,
            Self::QuotedPrintable => quoted_printable::LITERALS,
            Self::Ansi => ansi::LITERALS,
            Self::Invisible => invisible::LITERALS,
            Self::Joined => joined::LITERALS,
            Self::Continued => continued::LITERALS,
            Self::Wrapped => wrapped::LITERALS,
            Self::Hex => hex::LITERALS,
            Self::Chars => chars::LITERALS,
            Self::Utf16 => utf16::LITERALS,
            Self::Reversed => reversed::LITERALS,
        }
    }

    fn is_at(self, bytes: &[u8], at: usize) -> bool {
        match self {
            Self::Base64 => false,
            Self::Escape => escape::is_at(bytes, at),
            Self::Percent => percent::is_at(bytes, at),
            Self::Html => html::is_at(bytes, at),
            Self::QuotedPrintable => quoted_printable::is_at(bytes, at),
            Self::Ansi => ansi::is_at(bytes, at),
            Self::Invisible => invisible::is_at(bytes, at),
            Self::Joined => joined::is_at(bytes, at),
            Self::Continued => continued::is_at(bytes, at),
            Self::Wrapped => wrapped::is_at(bytes, at),
            Self::Hex => hex::is_at(bytes, at),
            Self::Chars => chars::is_at(bytes, at),
            Self::Utf16 => utf16::is_at(bytes, at),
            Self::Reversed => reversed::is_at(bytes, at),
        }
    }

    fn head<'b>(self, bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
        match self {
            Self::Base64 => &room[..0],
            Self::Escape => escape::head(bytes, at, room),
            Self::Html => html::head(bytes, at, room),
            Self::Percent | Self::QuotedPrintable | Self::Ansi | Self::Invisible => head::read(bytes, at, room),
            Self::Joined => joined::head(bytes, at, room),
            Self::Continued => continued::head(bytes, at, room),
            Self::Wrapped => wrapped::head(bytes, at, room),
            Self::Hex => hex::head(bytes, at, room),
            Self::Chars => chars::head(bytes, at, room),
            Self::Utf16 => utf16::head(bytes, at, room),
            Self::Reversed => reversed::head(bytes, at, room),
        }
    }
}

/// What is known of a text before anything in it is decoded.
pub(super) struct Seen<'a> {
    /// The text.
    pub(super) bytes: &'a [u8],
    /// Its leads, in order.
    pub(super) leads: &'a [(usize, Lead)],
    /// The names of settings in it, in order, with their values.
    pub(super) named: &'a [Named],
    /// Where prefixes of keys stand, in order: alone, with or without a body.
    pub(super) prefixes: &'a [usize],
    /// Where the marker of OpenAI's keys stands, in order.
    pub(super) markers: &'a [usize],
    /// Whether its language puts literals together that stand side by side.
    pub(super) adjacent: bool,
}

/// The stretches of a text for each encoding that has any; those of one encoding in order and without overlaps.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<(Encoding, Vec<Stretch>)> {
    let places = pieces::places(seen);
    let of = |encoding| match encoding {
        Encoding::Base64 => base64::stretches(seen),
        Encoding::Escape => escape::stretches(seen),
        Encoding::Percent => percent::stretches(seen),
        Encoding::Html => html::stretches(seen),
        Encoding::QuotedPrintable => quoted_printable::stretches(seen),
        Encoding::Ansi => ansi::stretches(seen),
        Encoding::Invisible => invisible::stretches(seen),
        Encoding::Joined => joined::stretches(seen, &places),
        Encoding::Continued => continued::stretches(seen, &places),
        Encoding::Wrapped => wrapped::stretches(seen),
        Encoding::Hex => hex::stretches(seen),
        Encoding::Chars => chars::stretches(seen),
        Encoding::Utf16 => utf16::stretches(seen),
        Encoding::Reversed => reversed::stretches(seen),
    };
    let all = Encoding::ALL.map(|encoding| {
        let stretches = of(encoding);
        debug_assert!(stretches.is_sorted_by(|one, next| one.range.end <= next.range.start), "{encoding:?} overlaps");
        (encoding, apart(stretches))
    });
    all.into_iter().filter(|(_, stretches)| !stretches.is_empty()).collect()
}

/// Those of the stretches of one encoding that begin behind the ones before them. A decoder that looks to both sides of
/// what it found may claim the same bytes twice, and a view can say only one thing of them.
fn apart(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut done = 0;
    stretches.retain(|stretch| {
        let free = done <= stretch.range.start;
        if free {
            done = stretch.range.end;
        }
        free
    });
    stretches
}

/// Whether one of `stretches`, in order, overlaps another one.
fn overlaps(stretches: &[Stretch], other: &Stretch) -> bool {
    let next = stretches.partition_point(|stretch| stretch.range.end <= other.range.start);
    stretches.get(next).is_some_and(|stretch| stretch.range.start < other.range.end)
}
