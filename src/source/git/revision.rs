//! Revisions as git writes them, such as `main~2`, `v1.0^{commit}` or `HEAD@{1}`: the syntax is the library's, what the
//! names lead to is looked up here.
//!
//! What would need the configuration (`@{upstream}`), a search (`:/text`) or a clock (`@{yesterday}`) is refused.

use std::collections::HashSet;

use gix_error::Error;
use gix_hash::{ObjectId, Prefix};
use gix_object::Kind;
use gix_object::bstr::{BStr, ByteSlice};
use gix_revision::spec::parse::Delegate;
use gix_revision::spec::parse::delegate::{self, PeelTo, PrefixHint, ReflogLookup, SiblingBranch, Traversal};

use super::commit::Commit;
use super::commit::{self, peel};
use super::objects::{Objects, ReadError, Reader};
use super::references::References;

/// Where git looks for a name, in this order.
const PLACES: &[(&str, &str)] = &[
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// Why a revision leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// There is nothing of that name.
    Unknown,
    /// Several objects begin like that.
    Ambiguous,
    /// It is written in a way that is not understood.
    Unsupported,
    /// It is no commit.
    NoCommit,
    /// There is no such parent, or log entry.
    NoSuch,
    /// It is a name, and what has one is kept in a format that is not read.
    Unread,
    /// The history was cut off before it.
    CutOff,
    /// An object on the way is missing.
    Missing,
    /// An object on the way cannot be decoded.
    Damaged,
}

impl Wrong {
    /// What is wrong, for people; `shallow` says whether the history of the repository is cut off.
    pub(super) const fn text(self, shallow: bool) -> &'static str {
        match self {
            Self::CutOff => "this clone is shallow and ends before it; fetch all of the history (fetch-depth: 0)",
            Self::Unknown | Self::Missing if shallow => {
                "it is not here, and this clone is shallow; fetch all of the history (fetch-depth: 0)"
            }
            Self::Unknown => "there is nothing of that name",
            Self::Unread => "this repository keeps its references in a format that keyscan does not read (reftable)",
            Self::Ambiguous => "several objects begin like that",
            Self::Unsupported => "it is written in a way that keyscan does not read",
            Self::NoCommit => "it is no commit",
            Self::NoSuch => "it goes back further than there is anything",
            Self::Missing => "an object that it leads to is missing",
            Self::Damaged => "an object that it leads to is damaged",
        }
    }
}

impl From<ReadError> for Wrong {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Missing => Self::Missing,
            ReadError::Damaged | ReadError::TooLarge => Self::Damaged,
        }
    }
}

/// Looks revisions up in one repository.
pub(super) struct Revisions<'a> {
    objects: &'a Objects,
    references: &'a References,
    shallow: &'a HashSet<ObjectId>,
}

impl<'a> Revisions<'a> {
    pub(super) const fn new(objects: &'a Objects, references: &'a References, shallow: &'a HashSet<ObjectId>) -> Self {
        Self { objects, references, shallow }
    }

    /// The commit that a revision names.
    pub(super) fn commit(&self, text: &str) -> Result<ObjectId, Wrong> {
        let name_end = text.find(['~', '^', ':']).into_iter().chain(text.find("@{")).min().unwrap_or(text.len());
        // The beginning of an id could be a name as well, and names go first.
        let is_id = name_end == self.objects.hash().len_in_hex()
            && text.as_bytes()[..name_end].iter().all(u8::is_ascii_hexdigit);
        if self.references.unread() && !is_id {
            return Err(Wrong::Unread);
        }
        let mut lookup = Lookup {
            revisions: self,
            reader: self.objects.reader(),
            name: &text[..name_end],
            full_name: None,
            at: None,
            wrong: None,
        };
        let parsed = gix_revision::spec::parse(BStr::new(text), &mut lookup);
        match (parsed, lookup.at) {
            (Ok(()), Some(id)) => match peel(&mut lookup.reader, id)? {
                (id, Kind::Commit) => Ok(id),
                _ => Err(Wrong::NoCommit),
            },
            _ => Err(lookup.wrong.unwrap_or(Wrong::Unknown)),
        }
    }

    /// The full name of a reference, and what it points to.
    fn reference(&self, name: &str) -> Option<(String, ObjectId)> {
        let names = PLACES.iter().map(|(before, behind)| format!("{before}{name}{behind}"));
        names.into_iter().find_map(|full| self.references.find(full.as_bytes()).map(|id| (full, id)))
    }
}

/// One revision under way.
struct Lookup<'a> {
    revisions: &'a Revisions<'a>,
    reader: Reader<'a>,
    /// The name that it begins with.
    name: &'a str,
    /// The full name of the reference that this is, if it is one.
    full_name: Option<String>,
    /// Where it has led so far.
    at: Option<ObjectId>,
    /// What was wrong first, as far as it says more than that a name is unknown.
    wrong: Option<Wrong>,
}

/// The library wants an error of its own; what it says is never shown.
fn refuse() -> Error {
    Error::from_error(std::fmt::Error)
}

impl Lookup<'_> {
    fn fail(&mut self, wrong: Wrong) -> Error {
        self.wrong.get_or_insert(wrong);
        refuse()
    }

    fn current(&mut self) -> Result<ObjectId, Error> {
        if self.at.is_none() {
            self.at = self.revisions.references.head();
            self.full_name = Some("HEAD".to_owned());
        }
        self.at.ok_or_else(refuse)
    }

    fn current_commit(&mut self) -> Result<Commit, Error> {
        let id = self.current()?;
        let read = peel(&mut self.reader, id).map_err(Wrong::from).and_then(|(id, kind)| match kind {
            Kind::Commit => Ok(commit::read_commit(&mut self.reader, id, &mut Vec::new())?),
            _ => Err(Wrong::NoCommit),
        });
        read.map_err(|wrong| self.fail(wrong))
    }

    fn parent(&mut self, number: usize) -> Result<(), Error> {
        let commit = self.current_commit()?;
        let cut_off = self.revisions.shallow.contains(&commit.id);
        match commit.parents.get(number - 1) {
            _ if cut_off => Err(self.fail(Wrong::CutOff)),
            Some(parent) => {
                self.at = Some(*parent);
                Ok(())
            }
            None => Err(self.fail(Wrong::NoSuch)),
        }
    }
}

impl delegate::Revision for Lookup<'_> {
    fn find_ref(&mut self, name: &BStr) -> Result<(), Error> {
        let (full, id) = name.to_str().ok().and_then(|name| self.revisions.reference(name)).ok_or_else(refuse)?;
        self.full_name = Some(full);
        self.at = Some(id);
        // Whatever else the name could have been, it is a reference.
        self.wrong = None;
        Ok(())
    }

    fn disambiguate_prefix(&mut self, prefix: Prefix, hint: Option<PrefixHint<'_>>) -> Result<(), Error> {
        let full = prefix.hex_len() == self.revisions.objects.hash().len_in_hex();
        // A branch may be called `feed-reader`, or `beef`: a name goes before the beginning of an id.
        let is_id = self.name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_name = (!full || !is_id) && self.revisions.reference(self.name).is_some();
        if is_name || (hint.is_none() && !is_id) {
            return Err(refuse());
        }
        if full {
            self.at = Some(prefix.as_oid().to_owned());
            return Ok(());
        }
        let found = self.revisions.objects.beginning_with(prefix);
        let commits: Vec<ObjectId> =
            found.iter().filter(|id| matches!(peel(&mut self.reader, **id), Ok((_, Kind::Commit)))).copied().collect();
        match (commits.as_slice(), found.as_slice()) {
            ([one], _) | ([], [one]) => {
                self.at = Some(*one);
                Ok(())
            }
            ([], []) => Err(refuse()),
            _ => Err(self.fail(Wrong::Ambiguous)),
        }
    }

    fn reflog(&mut self, query: ReflogLookup) -> Result<(), Error> {
        let ReflogLookup::Entry(number) = query else { return Err(self.fail(Wrong::Unsupported)) };
        let name = self.full_name.clone().or_else(|| self.revisions.references.branch());
        let name = name.unwrap_or_else(|| "HEAD".to_owned());
        match self.revisions.references.log_entry(&name, number) {
            Some(id) => {
                self.at = Some(id);
                Ok(())
            }
            None => Err(self.fail(Wrong::NoSuch)),
        }
    }

    fn nth_checked_out_branch(&mut self, _number: usize) -> Result<(), Error> {
        Err(self.fail(Wrong::Unsupported))
    }

    fn sibling_branch(&mut self, _kind: SiblingBranch) -> Result<(), Error> {
        Err(self.fail(Wrong::Unsupported))
    }
}

impl delegate::Navigate for Lookup<'_> {
    fn traverse(&mut self, kind: Traversal) -> Result<(), Error> {
        match kind {
            Traversal::NthParent(number) => self.parent(number.max(1)),
            Traversal::NthAncestor(number) => {
                self.at = Some(self.current_commit()?.id);
                (0..number).try_for_each(|_| self.parent(1))
            }
        }
    }

    fn peel_until(&mut self, kind: PeelTo<'_>) -> Result<(), Error> {
        let id = self.current()?;
        let read = peel(&mut self.reader, id).map_err(Wrong::from);
        let (object, found) = read.map_err(|wrong| self.fail(wrong))?;
        self.at = Some(match kind {
            PeelTo::ValidObject => id,
            PeelTo::RecursiveTagObject => object,
            PeelTo::ObjectKind(kind) if kind == found => object,
            PeelTo::ObjectKind(Kind::Tag) if id != object => id,
            // No range ends at a tree, so nobody has to know which one it would be.
            PeelTo::ObjectKind(_) => return Err(self.fail(Wrong::NoCommit)),
            PeelTo::Path(_) => return Err(self.fail(Wrong::Unsupported)),
        });
        Ok(())
    }

    fn find(&mut self, _regex: &BStr, _negated: bool) -> Result<(), Error> {
        Err(self.fail(Wrong::Unsupported))
    }

    fn index_lookup(&mut self, _path: &BStr, _stage: u8) -> Result<(), Error> {
        Err(self.fail(Wrong::Unsupported))
    }
}

impl delegate::Kind for Lookup<'_> {
    fn kind(&mut self, _kind: gix_revision::spec::Kind) -> Result<(), Error> {
        Err(self.fail(Wrong::Unsupported))
    }
}

impl Delegate for Lookup<'_> {
    fn done(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
