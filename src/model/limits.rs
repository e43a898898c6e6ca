//! How much work hostile input may ask for. Every limit counts bytes, members or steps, never seconds, so that the same input
//! meets the same limit everywhere. What lies behind one is listed in the report.

/// The limits of one scan. What no field names is fixed and stands where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one member of an archive, unpacked.
    pub member_size: u64,
    /// Bytes of all members of an archive together, with those of the archives nested in it.
    pub archive_size: u64,
    /// How many times larger than its packed form a member may be, where it is larger than 1 MiB.
    pub archive_ratio: u64,
    /// Members of an archive, with those of the archives nested in it.
    pub archive_members: u64,
    /// How deep archives are opened in each other, the outermost counted; 0 opens none.
    pub archive_depth: u32,
    /// How many encodings are undone behind each other; 0 undoes none.
    pub decode_depth: u32,
    /// Bytes of the decoded views of one blob together.
    pub decode_size: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            member_size: 64 * MIB,
            archive_size: 256 * MIB,
            archive_ratio: 200,
            archive_members: 10_000,
            archive_depth: 3,
            decode_depth: 3,
            decode_size: 64 * MIB,
        }
    }
}
