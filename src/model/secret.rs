//! The one type that holds a key's value.

use std::fmt;

use zeroize::Zeroize;

/// A key's canonical bytes: the whole token with its prefix, joined and unescaped.
///
/// It cannot be displayed or serialised, its `Debug` is a row of stars, and it is wiped when dropped. It never
/// leaves `assess`: findings hold a [`super::Redacted`] and a [`super::Fingerprint`] instead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes over the bytes of a key.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The value, for hashing and comparing only.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
