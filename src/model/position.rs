//! Places inside a blob, in bytes for the machine and in lines and columns for people.

/// A range of byte offsets in a blob, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
}

/// The same range for people: 1-based lines and columns, `end_column` exclusive.
///
/// Columns are kept in both units that consumers ask for, because the text is gone when a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// First line.
    pub line: u64,
    /// First column, in Unicode code points.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// Column behind the last character, in Unicode code points.
    pub end_column: u64,
    /// First column, in UTF-16 code units.
    pub column_utf16: u64,
    /// Column behind the last character, in UTF-16 code units.
    pub end_column_utf16: u64,
}
