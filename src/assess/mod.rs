//! Matches to findings. No I/O.
