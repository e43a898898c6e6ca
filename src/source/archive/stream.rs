//! Packed streams: gzip, bzip2, xz, lzma and zstd, from front to back.
//!
//! Several of them may stand behind each other, as the programs that pack them allow, with zeros in between. The
//! decoders are the libraries' own. What a header asks for is not theirs to grant: a stream whose window is larger than it
//! may have is not unpacked.
//!
//! Why packed bytes are read in full pieces whatever the source hands out: a decoder's pieces then depend on nothing but
//! the bytes, and the same stream meets its limit at the same place everywhere.

use std::cell::Cell;
use std::io::{self, BufRead, ErrorKind, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use lzma_rust2::{LzmaReader, XzReader};
use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::kind::Method;
use super::unused::SHORTEST;
use super::work::Work;
use crate::source::open::fill;

/// Packed bytes that are held.
const PIECE: usize = 32 * 1024;

/// Bytes that tell how the next stream is packed, and whether one follows at all.
const MAGIC: usize = 14;

/// Bytes that are kept of the texts beside what is packed.
const BESIDE: usize = 1024 * 1024;

/// What it costs to begin a bzip2 stream, as bytes that come out of one: room for its largest block is made and cleared,
/// however little the stream holds. Streams of 14 bytes are legal, and so are millions of them.
const BEGINNING: u64 = 64 * 1024;

/// How far packed bytes have been read.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Bytes that the decoder has used.
    pub(super) bytes: Cell<u64>,
    /// Whether it asked for more than there are.
    ended: Cell<bool>,
}

/// Packed bytes, held in pieces.
pub(super) struct Input<'r> {
    source: &'r mut dyn Read,
    taken: &'r Taken,
    piece: Box<[u8]>,
    at: usize,
    end: usize,
}

impl<'r> Input<'r> {
    fn new(source: &'r mut dyn Read, taken: &'r Taken) -> Self {
        Self { source, taken, piece: vec![0; PIECE].into_boxed_slice(), at: 0, end: 0 }
    }

    /// Takes back what a decoder has read too much.
    fn unread(&mut self, bytes: Vec<u8>) {
        self.taken.bytes.set(self.taken.bytes.get() - bytes.len() as u64);
        if !bytes.is_empty() {
            let piece = [&bytes[..], &self.piece[self.at..self.end]].concat();
            (self.at, self.end) = (0, piece.len());
            self.piece = piece.into_boxed_slice();
            if self.end < PIECE {
                let mut room = vec![0; PIECE];
                room[..self.end].copy_from_slice(&self.piece);
                self.piece = room.into_boxed_slice();
            }
        }
    }

    /// The next bytes, as many as [`MAGIC`] where there are so many.
    fn peek(&mut self) -> io::Result<&[u8]> {
        if self.end - self.at < MAGIC {
            self.piece.copy_within(self.at..self.end, 0);
            self.end -= self.at;
            self.at = 0;
            self.end += fill(&mut *self.source, &mut self.piece[self.end..])?;
        }
        Ok(&self.piece[self.at..self.end])
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            (self.at, self.end) = (0, 0);
            self.end = fill(&mut *self.source, &mut self.piece)?;
            self.taken.ended.set(self.end == 0);
        }
        Ok(&self.piece[self.at..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.at = self.end.min(self.at + count);
        self.taken.bytes.set(self.taken.bytes.get() + count as u64);
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let held = self.fill_buf()?;
        let count = held.len().min(buffer.len());
        buffer[..count].copy_from_slice(&held[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// A stream at work.
enum Stage<'r> {
    /// In front of the first, or behind one.
    Between(Input<'r>),
    Deflate(Box<DeflateDecoder<Input<'r>>>),
    Gzip(Box<GzDecoder<Input<'r>>>),
    Bzip2(Box<BzDecoder<Input<'r>>>),
    Xz(Box<XzReader<Input<'r>>>),
    Lzma(Box<LzmaReader<Input<'r>>>),
    Zstd(Box<StreamingDecoder<Input<'r>, FrameDecoder>>),
    /// Behind the last one.
    Behind(Input<'r>),
    Over,
}

/// Texts that stand beside what is packed: names and comments in headers, frames that are to be passed by.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) texts: Vec<Vec<u8>>,
    length: usize,
    /// Whether there is more of them.
    pub(super) more: bool,
}

impl Beside {
    fn keep(&mut self, text: &[u8]) {
        if text.len() < SHORTEST || text.iter().all(|byte| *byte == 0) {
            return;
        }
        self.more |= self.length + text.len() > BESIDE;
        if !self.more {
            self.length += text.len();
            self.texts.push(text.to_vec());
        }
    }

    fn keep_header(&mut self, stream: &GzDecoder<Input<'_>>) {
        if let Some(header) = stream.header() {
            for text in [header.filename(), header.comment(), header.extra()].into_iter().flatten() {
                self.keep(text);
            }
        }
    }
}

/// Everything that streams behind each other unpack to.
pub(super) struct Unpacker<'r> {
    work: &'r Work,
    method: Method,
    window: u64,
    taken: &'r Taken,
    stage: Stage<'r>,
    started: bool,
    beside: Beside,
}

impl<'r> Unpacker<'r> {
    /// Of a source that begins with a stream packed so. `window` is the most memory that it may need.
    pub(super) fn new(work: &'r Work, method: Method, window: u64, source: &'r mut dyn Read, taken: &'r Taken) -> Self {
        let stage = Stage::Between(Input::new(source, taken));
        Self { work, method, window, taken, stage, started: false, beside: Beside::default() }
    }

    /// What stands beside the streams, and what follows behind the last one if that is none.
    pub(super) fn rest(self) -> (Beside, Option<Input<'r>>) {
        match self.stage {
            Stage::Behind(input) => (self.beside, Some(input)),
            _ => (self.beside, None),
        }
    }

    /// Goes on to the next stream; false where there is none.
    fn start(&mut self, mut input: Input<'r>, spare: Option<FrameDecoder>) -> io::Result<bool> {
        let first = !std::mem::replace(&mut self.started, true);
        let mut next = false;
        while !next {
            let head = input.peek()?;
            if head.is_empty() {
                return Ok(false);
            }
            let zeros = head.iter().take_while(|byte| **byte == 0).count();
            next = first || zeros == 0;
            if !next {
                input.consume(zeros);
            } else if !first && (self.method.is_single() || Method::of(head) != Some(self.method)) {
                self.stage = Stage::Behind(input);
                return Ok(false);
            }
        }
        if !first && self.method == Method::Bzip2 && !self.work.spend(BEGINNING) {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        let limit = u32::try_from(self.window / 1024).unwrap_or(u32::MAX);
        self.stage = match self.method {
            Method::Deflate => Stage::Deflate(Box::new(DeflateDecoder::new(input))),
            Method::Gzip => Stage::Gzip(Box::new(GzDecoder::new(input))),
            Method::Bzip2 => Stage::Bzip2(Box::new(BzDecoder::new(input))),
            Method::Xz => Stage::Xz(Box::new(XzReader::new_mem_limit(input, false, limit))),
            Method::Lzma => Stage::Lzma(Box::new(LzmaReader::new_mem_limit(input, limit, None)?)),
            Method::ZipLzma => Stage::Lzma(Box::new(zip_lzma(input, limit)?)),
            Method::Zstd => match zstd(input, spare, self.window, &mut self.beside)? {
                Some(stage) => stage,
                None => return Ok(false),
            },
        };
        Ok(true)
    }

    /// Reads on, across the ends of streams.
    fn advance(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match &mut self.stage {
                Stage::Between(_) => 0,
                Stage::Deflate(stream) => stream.read(buffer)?,
                Stage::Gzip(stream) => stream.read(buffer)?,
                Stage::Bzip2(stream) => stream.read(buffer)?,
                Stage::Xz(stream) => stream.read(buffer)?,
                Stage::Lzma(stream) => stream.read(buffer)?,
                Stage::Zstd(stream) => stream.read(buffer)?,
                Stage::Behind(_) | Stage::Over => return Ok(0),
            };
            if count > 0 {
                return Ok(count);
            }
            let mut spare = None;
            let input = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Between(input) => input,
                Stage::Deflate(stream) => stream.into_inner(),
                Stage::Gzip(stream) => {
                    self.beside.keep_header(&stream);
                    stream.into_inner()
                }
                Stage::Bzip2(stream) => stream.into_inner(),
                Stage::Xz(stream) => stream.into_inner(),
                Stage::Lzma(stream) => {
                    let (mut input, unread) = stream.into_parts();
                    input.unread(unread);
                    input
                }
                Stage::Zstd(stream) => {
                    let (input, decoder) = stream.into_parts();
                    spare = Some(decoder);
                    input
                }
                Stage::Behind(_) | Stage::Over => return Ok(0),
            };
            if !self.start(input, spare)? {
                return Ok(0);
            }
        }
    }
}

impl Read for Unpacker<'_> {
    /// An error's kind says whether the window was too large (`OutOfMemory`), no more may be unpacked (`QuotaExceeded`), the
    /// stream breaks off (`UnexpectedEof`) or it is damaged; it has no text.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.advance(buffer).map_err(|error| {
            if let Stage::Gzip(stream) = std::mem::replace(&mut self.stage, Stage::Over) {
                self.beside.keep_header(&stream);
            }
            let kind = match error.kind() {
                kind @ (ErrorKind::OutOfMemory | ErrorKind::QuotaExceeded) => kind,
                _ if self.taken.ended.get() => ErrorKind::UnexpectedEof,
                _ => ErrorKind::InvalidData,
            };
            kind.into()
        })
    }
}

/// The stream of a member of a zip archive: the version of a program and the length of the properties stand in front of them.
fn zip_lzma(mut input: Input<'_>, limit: u32) -> io::Result<LzmaReader<Input<'_>>> {
    let mut header = [0; 9];
    input.read_exact(&mut header)?;
    if header[2..4] != [5, 0] {
        return Err(ErrorKind::InvalidData.into());
    }
    let window = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
    if window / 1024 > limit {
        return Err(ErrorKind::OutOfMemory.into());
    }
    LzmaReader::new_with_props(input, u64::MAX, header[4], window, None)
}

/// The next zstd frame that holds something; frames to skip stand anywhere.
fn zstd<'r>(
    mut input: Input<'r>,
    spare: Option<FrameDecoder>,
    window: u64,
    beside: &mut Beside,
) -> io::Result<Option<Stage<'r>>> {
    loop {
        let head = input.peek()?;
        if !matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
            break;
        }
        let mut header = [0; 8];
        input.read_exact(&mut header)?;
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        let mut text = Vec::new();
        (&mut input).take(length.min(BESIDE as u64 + 1)).read_to_end(&mut text)?;
        beside.keep(&text);
        let rest = length - text.len() as u64;
        if io::copy(&mut (&mut input).take(rest), &mut io::sink())? < rest {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    if input.peek()?.is_empty() {
        return Ok(None);
    }
    let mut decoder = spare.unwrap_or_default();
    // Its window grows by doubling.
    decoder.set_max_window_size(window / 2);
    match StreamingDecoder::new_with_decoder(input, decoder) {
        Ok(stream) => Ok(Some(Stage::Zstd(Box::new(stream)))),
        Err(
            FrameDecoderError::WindowSizeTooBig { .. }
            | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { .. }),
        ) => Err(ErrorKind::OutOfMemory.into()),
        Err(_) => Err(ErrorKind::InvalidData.into()),
    }
}
