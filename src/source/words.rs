//! What breaks off: the word that it breaks off in is left out, because half a key is another value, and nobody's.

use std::io::{self, Read};

/// Longest word that is left out; longer ones are cut in front of so many bytes.
const LONGEST: usize = 4096;

/// Room for what is read at once.
const PIECE: usize = 64 * 1024;

/// Something that may break off.
pub(super) trait Breaks: Read {
    /// Whether it ended before its time.
    fn is_broken(&self) -> bool;
}

/// How many bytes of a text that breaks off are whole words.
pub(super) fn whole(bytes: &[u8]) -> usize {
    let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"-_.+/=~%:@".contains(byte));
    let least = bytes.len().saturating_sub(LONGEST);
    bytes[least..].iter().rposition(is_end).map_or(least, |at| least + at + 1)
}

/// Reads a text, and of one that breaks off the words that are whole.
pub(super) struct Words<R> {
    source: R,
    held: Vec<u8>,
    at: usize,
    /// Bytes of those held that may be handed on.
    end: usize,
    ended: bool,
}

impl<R: Breaks> Words<R> {
    pub(super) fn of(source: R) -> Self {
        Self { source, held: Vec::new(), at: 0, end: 0, ended: false }
    }

    /// What it is read from.
    pub(super) fn source(&self) -> &R {
        &self.source
    }

    fn advance(&mut self) -> io::Result<()> {
        while self.at == self.end && !self.ended {
            self.held.drain(..self.at);
            self.at = 0;
            let count = (&mut self.source).take(PIECE as u64).read_to_end(&mut self.held)?;
            self.ended = count == 0;
            self.end = match self.ended {
                true if self.source.is_broken() => whole(&self.held),
                true => self.held.len(),
                false => self.held.len().saturating_sub(LONGEST),
            };
        }
        Ok(())
    }
}

impl<R: Breaks> Read for Words<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.advance()?;
        let count = buffer.len().min(self.end - self.at);
        buffer[..count].copy_from_slice(&self.held[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl<B: Breaks> Breaks for &mut B {
    fn is_broken(&self) -> bool {
        (**self).is_broken()
    }
}

/// The first bytes of a stream.
pub(super) struct Beginning<R> {
    reader: R,
    left: u64,
    cut: bool,
}

impl<R: Read> Beginning<R> {
    pub(super) const fn of(reader: R, most: u64) -> Self {
        Self { reader, left: most, cut: false }
    }
}

impl<R: Read> Breaks for Beginning<R> {
    /// Whether there are more bytes.
    fn is_broken(&self) -> bool {
        self.cut
    }
}

impl<R: Read> Read for Beginning<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.cut {
            return Ok(0);
        }
        if self.left == 0 {
            self.cut = self.reader.read(&mut [0])? > 0;
            return Ok(0);
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.reader.read(&mut buffer[..room])?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_what_breaks_off_is_left_out() {
        for (text, most, wanted) in [
            ("one two", 7, "one two"),
            ("one two", 6, "one "),
            ("one two", 4, "one "),
            ("one-two", 6, ""),
            ("a=\"b\" c", 5, "a=\"b\""),
            ("", 0, ""),
            ("a", 0, ""),
        ] {
            let mut read = String::new();
            let mut words = Words::of(Beginning::of(text.as_bytes(), most));
            words.read_to_string(&mut read).unwrap();
            assert_eq!((read.as_str(), words.source().is_broken()), (wanted, most < text.len() as u64));
        }
        let long = "x ".repeat(100_000);
        let mut read = String::new();
        Words::of(Beginning::of(long.as_bytes(), 150_001)).read_to_string(&mut read).unwrap();
        assert_eq!(read.len(), 150_000);
        assert_eq!(whole(&[b'x'; 5000]), 5000 - LONGEST);
    }
}
