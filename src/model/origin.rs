//! Where a blob comes from.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A path as reports show it: forward slashes, no leading `./`, relative to the root it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobPath {
    /// The text. Bytes that are not UTF-8 are written `%XX`; `percent` tells so. Keys in it are `[key]`.
    pub text: String,
    /// Whether `%XX` stands for raw bytes in `text` (a literal `%` is then `%25`).
    pub percent: bool,
}

/// How far a file's content has got out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// In git's index.
    Tracked,
    /// In a work tree, neither tracked nor ignored: the next `git add .` takes it.
    Untracked,
    /// In a work tree, git-ignored.
    Ignored,
    /// In no git work tree.
    OutsideGit,
    /// In the index, read from there.
    Staged,
    /// In an object of the repository.
    History,
    /// In git's own files, such as `.git/config`.
    GitMetadata,
    /// Read from standard input.
    Stdin,
}

impl Exposure {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tracked => "tracked",
            Self::Untracked => "untracked",
            Self::Ignored => "ignored",
            Self::OutsideGit => "outside-git",
            Self::Staged => "staged",
            Self::History => "history",
            Self::GitMetadata => "git-metadata",
            Self::Stdin => "stdin",
        }
    }
}

/// What a file is for, as its path tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Raises severity one step.
    Production,
    /// Staging, pre-production.
    Staging,
    /// Development.
    Development,
    /// Tests and fixtures; lowers severity one step.
    Test,
    /// Samples and templates; lowers severity one step.
    Example,
    /// Documentation; lowers severity one step.
    Documentation,
}

impl Environment {
    /// Every environment.
    pub const ALL: [Self; 6] =
        [Self::Production, Self::Staging, Self::Development, Self::Test, Self::Example, Self::Documentation];

    /// The word used on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
            Self::Test => "test",
            Self::Example => "example",
            Self::Documentation => "documentation",
        }
    }

    /// What a word in lower case says in a path, a namespace, a profile: `prod`, `staging`, `fixtures`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "prod" | "production" | "prd" | "live" => Self::Production,
            "staging" | "stage" | "stg" | "preprod" | "preproduction" => Self::Staging,
            "dev" | "develop" | "development" | "local" => Self::Development,
            "test" | "tests" | "testing" | "spec" | "specs" | "fixture" | "fixtures" | "testdata" | "mock"
            | "mocks" | "e2e" | "unittest" | "unittests" => Self::Test,
            "example" | "examples" | "sample" | "samples" | "demo" | "demos" | "template" => Self::Example,
            "doc" | "docs" | "documentation" => Self::Documentation,
            _ => return None,
        })
    }
}

/// What of a repository a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A file of a commit, or of none that is left.
    File,
    /// The message of a commit.
    CommitMessage,
    /// The message of an annotated tag.
    TagMessage,
    /// A note on a commit.
    Note,
}

/// From where a commit or an object can still be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// From a branch, a tag or another reference: whoever clones gets it.
    Reference,
    /// From the stash or a reflog: it is in this copy of the repository alone.
    Local,
    /// From nowhere, until git throws it away.
    Nowhere,
}

/// Where in the history of a repository a blob was first seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provenance {
    /// Place of the commit in the order of the history, oldest first.
    pub order: u64,
    /// Id of the commit that brought the blob in; of an object that no commit holds there is none.
    pub commit: Option<String>,
    /// Name of the commit's author as the mailmap has it, keys redacted.
    pub author: Option<String>,
    /// What of the repository it is.
    pub part: Part,
    /// From where it can still be reached.
    pub reach: Reach,
}

/// Where a blob comes from. Made only for blobs that passed the prefilter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for reports.
    pub path: BlobPath,
    /// Path for human text: relative to the working directory, unescaped by nobody yet.
    pub shown: String,
    /// How far the content has got out.
    pub exposure: Exposure,
    /// The service the file belongs to (nearest package root, as a path; `.` is the root itself), where there is one.
    pub service: Option<String>,
    /// The package of source code around a service that consists of deployment files alone, as a path like `service`.
    pub part_of: Option<String>,
    /// Index into the run's repositories, where it lies in one.
    pub repository: Option<usize>,
    /// The top of the work tree that it lies in, as a path like `service`.
    pub work_tree: Option<String>,
    /// The person whose home folder or tool settings it is in, where its place tells.
    pub person: Option<String>,
    /// Outside git: the name of the root, with the folder around it. What a folder is called tells what is in it, whether it
    /// is named as the root or met on the way.
    pub above: Option<String>,
    /// Whether everybody on the machine can read the file. Looked at outside work trees only.
    pub world_readable: bool,
    /// Where in the history it was seen, if it was read from there.
    pub provenance: Option<Provenance>,
}

impl Origin {
    /// The path with what is known of the folders above the root.
    #[must_use]
    pub fn whole_path(&self) -> Cow<'_, str> {
        match &self.above {
            Some(above) => format!("{above}/{}", self.path.text).into(),
            None => Cow::Borrowed(&self.path.text),
        }
    }

    /// A blob of which nothing is known but its root, its path and how far it has got out. `shown` is the path itself.
    #[must_use]
    pub fn new(root: usize, path: BlobPath, exposure: Exposure) -> Self {
        Self {
            root,
            shown: path.text.clone(),
            path,
            exposure,
            service: None,
            part_of: None,
            repository: None,
            work_tree: None,
            person: None,
            above: None,
            world_readable: false,
            provenance: None,
        }
    }
}
