//! A bound on the bytes of large blobs held at once, whatever the number of threads.

use std::sync::{Condvar, Mutex, PoisonError};

/// Blobs up to this size are not counted: a thread holds one at a time, so they are bounded anyway.
const FREE: u64 = 1024 * 1024;

/// Bytes of large blobs that may be in memory together. Above the largest single request, so that nobody waits
/// for ever.
const TOTAL: u64 = 128 * 1024 * 1024;

/// Hands out bytes, and lets threads wait for them. It changes when a blob is read, never what is read.
pub(super) struct Budget {
    left: Mutex<u64>,
    returned: Condvar,
}

impl Budget {
    /// The whole budget, unspent.
    pub(super) const fn new() -> Self {
        Self { left: Mutex::new(TOTAL), returned: Condvar::new() }
    }

    /// Waits until `bytes` are free, and holds them until the result is dropped.
    pub(super) fn take(&self, bytes: u64) -> Share<'_> {
        let bytes = if bytes <= FREE { 0 } else { bytes.min(TOTAL) };
        if bytes > 0 {
            let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            let mut left = self.returned.wait_while(left, |left| *left < bytes).unwrap_or_else(PoisonError::into_inner);
            *left -= bytes;
        }
        Share { budget: self, bytes }
    }
}

/// Bytes taken from a [`Budget`].
pub(super) struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            *self.budget.left.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
            self.budget.returned.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_the_total() {
        let budget = Budget::new();
        let held = std::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let share = budget.take(16 * FREE);
                        let now = held.fetch_add(share.bytes, std::sync::atomic::Ordering::SeqCst) + share.bytes;
                        assert!(now <= TOTAL);
                        held.fetch_sub(share.bytes, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(*budget.left.lock().unwrap(), TOTAL);
    }

    #[test]
    fn small_and_huge_requests_pass() {
        let budget = Budget::new();
        let _huge = budget.take(u64::MAX);
        let small = budget.take(FREE);
        assert_eq!(small.bytes, 0);
    }
}
