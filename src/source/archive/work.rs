//! What an archive may cost: the limits of [`Limits`] while they are spent, and how they stop a reader.
//!
//! *Bytes* are counted where they appear: those of a tar archive as they are read, and those that come out of each packed
//! stream. So a layer of an image is counted once, a packed one with what it unpacks to. All that an archive unpacks to is
//! held against its own length, too: however deep archives lie in each other, work stays in proportion to the file.
//!
//! *Memory*: what one archive needs is taken from the budget of the scan beforehand, see [`super::needs`]. Archives held in
//! an archive, and windows of packed streams in one, come on top: of all threads one at a time has some, and no more than
//! [`NESTED_MEMORY`].

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Bound;
use crate::model::Limits;
use crate::source::words::Breaks;

/// Bytes that may come from any packed form: text that repeats itself packs well.
pub(super) const UNMEASURED: u64 = 1024 * 1024;

/// The same for all that is nested in an archive, together.
const UNMEASURED_TOGETHER: u64 = 64 * 1024 * 1024;

/// Bytes that nested archives and the windows of nested streams may need together.
const NESTED_MEMORY: u64 = 128 * 1024 * 1024;

/// One thread at a time has memory for nested archives.
static NESTED: Mutex<()> = Mutex::new(());

/// What is left of the limits for an archive with all that is nested in it.
pub(super) struct Work {
    pub(super) limits: Limits,
    members: Cell<u64>,
    bytes: Cell<u64>,
    /// Which limit the bytes are left of.
    bound: Bound,
    memory: Cell<u64>,
    alone: RefCell<Option<MutexGuard<'static, ()>>>,
    /// Whether a stream ended before its time and nobody has said so yet. Whatever is read from it ends early as well,
    /// and that is no news.
    broken: Cell<bool>,
    /// Whether a stream wanted more bytes than may be unpacked.
    spent: Cell<bool>,
}

impl Work {
    /// With all limits unspent, for an archive of so many bytes; of one whose length is not known only the limit counts.
    pub(super) fn new(limits: Limits, length: Option<u64>) -> Self {
        let measured = length.map(|length| length.saturating_mul(limits.archive_ratio).max(UNMEASURED_TOGETHER));
        Self {
            limits,
            members: Cell::new(limits.archive_members),
            bytes: Cell::new(limits.archive_size.min(measured.unwrap_or(u64::MAX))),
            bound: match measured {
                Some(measured) if measured < limits.archive_size => Bound::Ratio,
                _ => Bound::ArchiveSize,
            },
            memory: Cell::new(NESTED_MEMORY),
            alone: RefCell::new(None),
            broken: Cell::new(false),
            spent: Cell::new(false),
        }
    }

    /// Counts a member; false where it is one too many.
    pub(super) fn member(&self) -> bool {
        let left = self.members.get();
        self.members.set(left.saturating_sub(1));
        left > 0
    }

    /// Counts work as if so many bytes were unpacked; false where not so many may be.
    pub(super) fn spend(&self, bytes: u64) -> bool {
        let left = self.bytes.get().checked_sub(bytes);
        self.bytes.set(left.unwrap_or(0));
        self.spent.set(self.spent.get() || left.is_none());
        left.is_some()
    }

    /// Whether nothing more may be unpacked, though there is more.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Whether a stream that is being read has ended before its time.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// Memory that is left for what is nested.
    pub(super) fn memory(&self) -> u64 {
        self.memory.get()
    }

    /// Takes memory for something nested, once no other thread has any; nothing where there is not enough.
    pub(super) fn hold(&self, bytes: u64) -> Option<Held<'_>> {
        let left = self.memory.get().checked_sub(bytes)?;
        self.memory.set(left);
        self.alone.borrow_mut().get_or_insert_with(|| NESTED.lock().unwrap_or_else(PoisonError::into_inner));
        Some(Held { work: self, bytes })
    }
}

/// Memory of something nested, given back when it is dropped.
pub(super) struct Held<'w> {
    work: &'w Work,
    bytes: u64,
}

impl Held<'_> {
    /// Gives back what is not needed.
    pub(super) fn keep(&mut self, bytes: u64) {
        let kept = self.bytes.min(bytes);
        self.work.memory.set(self.work.memory.get() + self.bytes - kept);
        self.bytes = kept;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.work.memory.set(self.work.memory.get() + self.bytes);
        if self.work.memory.get() == NESTED_MEMORY {
            *self.work.alone.borrow_mut() = None;
        }
    }
}

/// Why a stream ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// At a limit.
    Limit(Bound),
    /// It could not be read further.
    Failed(ErrorKind),
}

/// How much of a stream may be read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Most<'c> {
    /// So many bytes.
    Bytes(u64),
    /// As many as the limit allows for those packed ones that have been read so far.
    Measured(&'c Cell<u64>),
}

/// A stream, as far as the limits allow and no error comes; then it ends, and [`Meter::stop`] tells why.
pub(super) struct Meter<'w, R> {
    inner: R,
    work: &'w Work,
    most: Most<'w>,
    bound: Bound,
    /// Whether its bytes appear here for the first time.
    counts: bool,
    read: u64,
    stop: Option<Stop>,
    ended: bool,
}

impl<'w, R: Read> Meter<'w, R> {
    /// Reads bytes that appear here.
    pub(super) fn counting(inner: R, work: &'w Work, most: Most<'w>) -> Self {
        Self { inner, work, most, bound: Bound::Ratio, counts: true, read: 0, stop: None, ended: false }
    }

    /// Reads bytes that have been counted.
    pub(super) fn bounded(inner: R, work: &'w Work, most: u64, bound: Bound) -> Self {
        Self { counts: false, bound, ..Self::counting(inner, work, Most::Bytes(most)) }
    }

    /// Bytes read so far.
    pub(super) const fn read_so_far(&self) -> u64 {
        self.read
    }

    /// What is read from.
    pub(super) fn into_inner(self) -> R {
        self.inner
    }

    /// Why it ended before its time; told once, and nothing where what it reads from had ended.
    pub(super) fn stop(&mut self) -> Option<Stop> {
        let stop = self.stop.take();
        if stop.is_some() {
            self.work.broken.set(false);
        }
        stop
    }

    fn end(&mut self, stop: Stop) {
        self.ended = true;
        if !self.work.broken.replace(true) {
            self.stop = Some(stop);
        }
    }

    /// Bytes that may still be read, and the limit that ends there.
    fn room(&self) -> (u64, Bound) {
        let most = match self.most {
            Most::Bytes(most) => most,
            Most::Measured(packed) => packed.get().saturating_mul(self.work.limits.archive_ratio).max(UNMEASURED),
        };
        let (own, together) = (most.saturating_sub(self.read), self.work.bytes.get());
        if self.counts && together <= own { (together, self.work.bound) } else { (own, self.bound) }
    }
}

impl<R: Read> Breaks for Meter<'_, R> {
    fn is_broken(&self) -> bool {
        self.work.is_broken()
    }
}

impl<R: Read> Read for Meter<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let mut count = loop {
            match self.inner.read(buffer) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end(match error.kind() {
                        // Decoders say so where a window is larger than they may have.
                        ErrorKind::OutOfMemory => Stop::Limit(Bound::Memory),
                        ErrorKind::QuotaExceeded => Stop::Limit(self.work.bound),
                        kind => Stop::Failed(kind),
                    });
                    return Ok(0);
                }
            }
        };
        let (room, bound) = self.room();
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if count > room {
            count = room;
            if self.counts && room as u64 == self.work.bytes.get() {
                self.work.spent.set(true);
            }
            self.end(Stop::Limit(bound));
        }
        self.ended |= count == 0;
        self.read += count as u64;
        if self.counts {
            self.work.bytes.set(self.work.bytes.get() - count as u64);
        }
        Ok(count)
    }
}
