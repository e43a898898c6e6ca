//! How much work hostile input may ask for. Every limit counts bytes, members or steps, never seconds, so that the same input
//! meets the same limit everywhere. What lies behind one is listed in the report, with the [`Limit`] that was met.

use std::ops::RangeInclusive;

/// The limits of one scan. What no field names is fixed and stands where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one member of an archive, unpacked; what is behind them is not read. A member that is an archive itself is
    /// read from front to back and may be larger, except for zip archives, which have to be held.
    pub member_size: u64,
    /// Bytes that one archive unpacks to, with all that is nested in it. They pass through, so this bounds time and not
    /// memory: the images that people ship are read in whole, the largest in some minutes.
    pub archive_size: u64,
    /// How many times larger than its packed form a member or stream may be, where it is larger than 1 MiB; and all
    /// that an archive unpacks to, nested ones included, where that is more than 64 MiB.
    pub archive_ratio: u64,
    /// Members of an archive, with those of the archives nested in it: as many as an image has files.
    pub archive_members: u64,
    /// How deep archives are opened in each other, the outermost counted; 0 opens none. A packed tar archive is one: a
    /// library in a program's archive in the layer of an image is four deep. Above 64 it makes no difference.
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
            archive_size: 16 * 1024 * MIB,
            archive_ratio: 200,
            archive_members: 1_000_000,
            archive_depth: 5,
            decode_depth: 3,
            decode_size: 64 * MIB,
        }
    }
}

/// A limit that something may lie behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// [`Limits::member_size`].
    MemberSize,
    /// [`Limits::archive_size`].
    ArchiveSize,
    /// [`Limits::archive_ratio`].
    ArchiveRatio,
    /// [`Limits::archive_members`].
    ArchiveMembers,
    /// [`Limits::archive_depth`].
    ArchiveDepth,
    /// [`Limits::decode_size`].
    DecodedSize,
    /// [`Limits::decode_depth`].
    DecodeDepth,
    /// Matches of one file. Fixed.
    Matches,
    /// Findings of one run. Fixed.
    Findings,
}

impl Limit {
    /// Those that a user can set, in the order of the manual.
    pub const SETTABLE: [Self; 7] = [
        Self::ArchiveSize,
        Self::ArchiveRatio,
        Self::ArchiveMembers,
        Self::ArchiveDepth,
        Self::MemberSize,
        Self::DecodedSize,
        Self::DecodeDepth,
    ];

    /// The word used in reports; of one that can be set also its name in the policy file and, behind `--`, on the command
    /// line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Findings => "findings",
            settable => settable.flag().expect("what is not fixed has a flag").split_at("--".len()).1,
        }
    }

    /// The flag that sets it; none for one that is fixed.
    #[must_use]
    pub const fn flag(self) -> Option<&'static str> {
        Some(match self {
            Self::MemberSize => "--max-member-size",
            Self::ArchiveSize => "--max-archive-size",
            Self::ArchiveRatio => "--max-archive-ratio",
            Self::ArchiveMembers => "--max-archive-members",
            Self::ArchiveDepth => "--max-archive-depth",
            Self::DecodedSize => "--max-decoded-size",
            Self::DecodeDepth => "--max-decode-depth",
            Self::Matches | Self::Findings => return None,
        })
    }

    /// Whether it counts bytes.
    #[must_use]
    pub const fn is_size(self) -> bool {
        matches!(self, Self::MemberSize | Self::ArchiveSize | Self::DecodedSize)
    }

    /// What it can be set to. Depths are steps on the stack of a thread, and each holds what it unpacks.
    #[must_use]
    pub const fn range(self) -> RangeInclusive<u64> {
        match self {
            Self::ArchiveDepth | Self::DecodeDepth => 0..=16,
            Self::ArchiveRatio | Self::ArchiveMembers => 1..=1_000_000_000,
            _ => 0..=u64::MAX >> 1,
        }
    }
}

impl Limits {
    /// Sets one of them. One that is fixed stays as it is, and so does one that would lie outside of its range.
    pub fn set(&mut self, limit: Limit, value: u64) {
        if !limit.range().contains(&value) {
            return;
        }
        let depth = || u32::try_from(value).unwrap_or(u32::MAX);
        match limit {
            Limit::MemberSize => self.member_size = value,
            Limit::ArchiveSize => self.archive_size = value,
            Limit::ArchiveRatio => self.archive_ratio = value,
            Limit::ArchiveMembers => self.archive_members = value,
            Limit::ArchiveDepth => self.archive_depth = depth(),
            Limit::DecodedSize => self.decode_size = value,
            Limit::DecodeDepth => self.decode_depth = depth(),
            Limit::Matches | Limit::Findings => {}
        }
    }

    /// What one of them is; none for one that is fixed elsewhere.
    #[must_use]
    pub fn get(&self, limit: Limit) -> Option<u64> {
        Some(match limit {
            Limit::MemberSize => self.member_size,
            Limit::ArchiveSize => self.archive_size,
            Limit::ArchiveRatio => self.archive_ratio,
            Limit::ArchiveMembers => self.archive_members,
            Limit::ArchiveDepth => self.archive_depth.into(),
            Limit::DecodedSize => self.decode_size,
            Limit::DecodeDepth => self.decode_depth.into(),
            Limit::Matches | Limit::Findings => return None,
        })
    }
}
