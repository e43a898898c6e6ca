//! What the commits of a range bring in: which range is meant, and the way through it.

use std::collections::HashSet;
use std::path::Path;

use gix_date::Zoned;
use gix_hash::ObjectId;

use super::compare::{Compare, Problem};
use super::introduced;
use super::objects::Objects;
use super::places::{MoreObjects, Place, places};
use super::references::References;
use super::revision::{Revisions, Wrong};
use super::walk::{LEFT, RIGHT, Walked, Wanted, walk};
use crate::source::context::Context;
use crate::source::open::read_small;
use crate::source::{SourceError, paths};

/// Largest list of commits at which a clone ends, in bytes.
const SHALLOW: u64 = 64 * 1024 * 1024;

/// What is said of a range that a shallow clone holds only a part of.
const CUT_OFF: &str =
    "its commits go back behind the end of this shallow clone; fetch all of the history (fetch-depth: 0)";

/// What is said of a commit that may lie where nothing is looked for.
const ELSEWHERE: &str = "it is not here, and GIT_OBJECT_DIRECTORY names a folder that keyscan does not read";

/// The ends of a range.
struct Ends {
    /// What is left out, if anything is.
    from: Option<ObjectId>,
    /// The newest commit.
    to: ObjectId,
    wanted: Wanted,
}

/// A revision, and why it leads nowhere.
type Refused = (String, &'static str);

/// Reads what the commits of a range bring in, on the threads of the current pool; says how many commits that were.
pub(in crate::source) fn range(context: &mut Context<'_>, text: &str) -> Result<u64, SourceError> {
    let Some(at) = text.find("..").filter(|_| text != ".." && text != "...") else {
        return Err(SourceError::NoRange { text: (context.redact)(text) });
    };
    let either = text[at..].starts_with("...");
    let (from, to) = (&text[..at], &text[at + if either { 3 } else { 2 }..]);
    read(context, text, &|repository| {
        let wanted = Wanted { either, since: i64::MIN };
        // What GitHub and GitLab call the state before a branch was there.
        let nothing = from.len() >= 40 && from.bytes().all(|byte| byte == b'0');
        let from = if nothing { None } else { Some(repository.commit(from)?) };
        Ok(Ends { from, to: repository.commit(to)?, wanted })
    })
}

/// Reads what the commits behind a revision bring in, or those of a date and later; says how many commits that were.
pub(in crate::source) fn since(context: &mut Context<'_>, text: &str) -> Result<u64, SourceError> {
    read(context, text, &|repository| {
        let to = repository.commit("HEAD")?;
        let from = match repository.revisions().commit(text) {
            Ok(from) => from,
            Err(Wrong::Unknown) => {
                let seconds = date(text).ok_or((text.to_owned(), repository.neither()))?;
                return Ok(Ends { from: None, to, wanted: Wanted { either: false, since: seconds } });
            }
            Err(wrong) => return Err((text.to_owned(), repository.why(wrong))),
        };
        Ok(Ends { from: Some(from), to, wanted: Wanted { either: false, since: i64::MIN } })
    })
}

/// A date as git reads it, in seconds. Days begin at midnight in UTC, so that they do so on every machine.
fn date(text: &str) -> Option<i64> {
    let now = Zoned::now().in_tz("UTC").ok()?;
    gix_date::parse(text, Some(now)).ok().map(|time| time.seconds)
}

/// A repository with what tells revisions.
struct Repository {
    objects: Objects,
    references: References,
    /// Commits whose parents this clone does not have.
    shallow: HashSet<ObjectId>,
    /// Whether git was told to look for objects in a folder that is not read.
    elsewhere: bool,
}

impl Repository {
    fn open(context: &Context<'_>, place: &Place) -> Self {
        let (mut objects, mut problems) = place.located.objects(context);
        if let MoreObjects::Quarantine(folder) = &place.objects {
            problems.extend(objects.add(folder.clone()));
        }
        for (path, reason) in problems {
            context.skip(place.root, &path, reason);
        }
        Self {
            objects,
            references: place.located.references(),
            shallow: cut_off(&place.located.common_dir),
            elsewhere: place.objects == MoreObjects::Elsewhere,
        }
    }

    fn revisions(&self) -> Revisions<'_> {
        Revisions::new(&self.objects, &self.references, &self.shallow)
    }

    fn is_shallow(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// The commit at an end of a range: `HEAD` where it does not say.
    fn commit(&self, text: &str) -> Result<ObjectId, Refused> {
        let text = if text.is_empty() { "HEAD" } else { text };
        self.revisions().commit(text).map_err(|wrong| (text.to_owned(), self.why(wrong)))
    }

    /// Why a revision leads nowhere in this repository.
    fn why(&self, wrong: Wrong) -> &'static str {
        match wrong {
            Wrong::Unknown | Wrong::Missing if self.elsewhere => ELSEWHERE,
            _ => wrong.text(self.is_shallow()),
        }
    }

    /// What is said of a text that is neither a revision nor a date.
    fn neither(&self) -> &'static str {
        if self.is_shallow() { Wrong::Unknown.text(true) } else { "it is neither a revision nor a date" }
    }
}

/// The commits of a repository whose parents it does not have.
pub(super) fn cut_off(common_dir: &Path) -> HashSet<ObjectId> {
    let list = read_small(&common_dir.join("shallow"), SHALLOW).unwrap_or_default();
    list.split(|&byte| byte == b'\n').filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok()).collect()
}

/// A range of one repository.
struct Job {
    place: Place,
    repository: Repository,
    newest: ObjectId,
    walked: Walked,
}

fn read(
    context: &mut Context<'_>,
    text: &str,
    ends: &dyn Fn(&Repository) -> Result<Ends, Refused>,
) -> Result<u64, SourceError> {
    let places = places(context)?;
    let context = &*context;
    let refuse = |(revision, why): Refused| SourceError::Revision { revision: (context.redact)(&revision), why };
    let mut jobs = Vec::with_capacity(places.len());
    for place in places {
        let repository = Repository::open(context, &place);
        let Ends { from, to, wanted } = ends(&repository).map_err(refuse)?;
        let from = from.map(|from| (from, LEFT));
        let ends: Vec<(ObjectId, u8)> = from.into_iter().chain([(to, RIGHT)]).collect();
        let walked = walk(&mut repository.objects.reader(), &ends, wanted, &repository.shallow);
        if walked.cut_off {
            return Err(refuse((text.to_owned(), CUT_OFF)));
        }
        missing(context, &place, &repository, to)?;
        jobs.push(Job { place, repository, newest: to, walked });
    }
    let mut commits = 0;
    for Job { place, repository, newest, walked } in jobs {
        note(context, &place, walked.problems);
        let problems = introduced::read(context, &place, &repository.objects, newest, &walked.commits);
        note(context, &place, problems);
        commits += walked.commits.len() as u64;
    }
    Ok(commits)
}

fn note(context: &Context<'_>, place: &Place, problems: Vec<Problem>) {
    for (id, reason) in problems {
        context.skip(place.root, &place.located.object(&id), reason);
    }
}

/// Refuses a path that is neither there nor in the newest commit: nothing found would say nothing then.
fn missing(context: &Context<'_>, place: &Place, repository: &Repository, to: ObjectId) -> Result<(), SourceError> {
    let mut compare = Compare::new(&repository.objects);
    let tree = compare.tree_of(to).ok();
    let mut asked = place.only.iter().filter(|asked| asked.real.symlink_metadata().is_err());
    let wrong = asked.find(|asked| tree.and_then(|tree| compare.find(tree, &asked.key)).is_none());
    match wrong {
        Some(asked) => Err(SourceError::Missing { path: (context.redact)(&paths::text(&asked.typed).0) }),
        None => Ok(()),
    }
}
