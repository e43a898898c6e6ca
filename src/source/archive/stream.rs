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
use flate2::bufread::GzDecoder;
use lzma_rust2::{LzmaReader, XzReader};
use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::kind::Method;
use super::work::Work;
use crate::source::open::fill;

/// Packed bytes that are held.
const PIECE: usize = 32 * 1024;

/// Bytes that tell how the next stream is packed, and whether one follows at all.
const MAGIC: usize = 14;

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
    Gzip(Box<GzDecoder<Input<'r>>>),
    Bzip2(Box<BzDecoder<Input<'r>>>),
    Xz(Box<XzReader<Input<'r>>>),
    Lzma(Box<LzmaReader<Input<'r>>>),
    Zstd(Box<StreamingDecoder<Input<'r>, FrameDecoder>>),
    Over,
}

/// Everything that streams behind each other unpack to.
pub(super) struct Unpacker<'r> {
    work: &'r Work,
    method: Method,
    window: u64,
    taken: &'r Taken,
    stage: Stage<'r>,
    started: bool,
    garbage: bool,
}

impl<'r> Unpacker<'r> {
    /// Of a source that begins with a stream packed so. `window` is the most memory that it may need.
    pub(super) fn new(work: &'r Work, method: Method, window: u64, source: &'r mut dyn Read, taken: &'r Taken) -> Self {
        let stage = Stage::Between(Input::new(source, taken));
        Self { work, method, window, taken, stage, started: false, garbage: false }
    }

    /// Whether something else follows behind the last stream.
    pub(super) const fn has_garbage(&self) -> bool {
        self.garbage
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
            } else if !first && (self.method == Method::Lzma || Method::of(head) != Some(self.method)) {
                self.garbage = true;
                return Ok(false);
            }
        }
        if !first && self.method == Method::Bzip2 && !self.work.spend(BEGINNING) {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        let limit = u32::try_from(self.window / 1024).unwrap_or(u32::MAX);
        self.stage = match self.method {
            Method::Gzip => Stage::Gzip(Box::new(GzDecoder::new(input))),
            Method::Bzip2 => Stage::Bzip2(Box::new(BzDecoder::new(input))),
            Method::Xz => Stage::Xz(Box::new(XzReader::new_mem_limit(input, false, limit))),
            Method::Lzma => Stage::Lzma(Box::new(LzmaReader::new_mem_limit(input, limit, None)?)),
            Method::Zstd => match zstd(input, spare, self.window)? {
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
                Stage::Gzip(stream) => stream.read(buffer)?,
                Stage::Bzip2(stream) => stream.read(buffer)?,
                Stage::Xz(stream) => stream.read(buffer)?,
                Stage::Lzma(stream) => stream.read(buffer)?,
                Stage::Zstd(stream) => stream.read(buffer)?,
                Stage::Over => return Ok(0),
            };
            if count > 0 {
                return Ok(count);
            }
            let mut spare = None;
            let input = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Between(input) => input,
                Stage::Gzip(stream) => stream.into_inner(),
                Stage::Bzip2(stream) => stream.into_inner(),
                Stage::Xz(stream) => stream.into_inner(),
                Stage::Lzma(stream) => stream.into_inner(),
                Stage::Zstd(stream) => {
                    let (input, decoder) = stream.into_parts();
                    spare = Some(decoder);
                    input
                }
                Stage::Over => return Ok(0),
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
            self.stage = Stage::Over;
            let kind = match error.kind() {
                kind @ (ErrorKind::OutOfMemory | ErrorKind::QuotaExceeded) => kind,
                _ if self.taken.ended.get() => ErrorKind::UnexpectedEof,
                _ => ErrorKind::InvalidData,
            };
            kind.into()
        })
    }
}

/// The next zstd frame that holds something; frames to skip stand anywhere.
fn zstd<'r>(mut input: Input<'r>, spare: Option<FrameDecoder>, window: u64) -> io::Result<Option<Stage<'r>>> {
    loop {
        let head = input.peek()?;
        if !matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
            break;
        }
        let mut header = [0; 8];
        input.read_exact(&mut header)?;
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        if io::copy(&mut (&mut input).take(length), &mut io::sink())? < length {
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
