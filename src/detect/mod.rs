//! Bytes to matches. No I/O.
