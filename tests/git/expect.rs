//! What keyscan must say of a scene, and the comparison with what it says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{findings, fingerprint, occurrences};

use super::forge::{AUTHOR, Repo};
use super::scene::Scene;

/// One place of the key. What is not said is not looked at.
pub struct Place {
    exposure: &'static str,
    path: Option<String>,
    commit: Option<Option<String>>,
    author: Option<Option<String>>,
}

impl Place {
    /// A place of this exposure.
    pub fn new(exposure: &'static str) -> Self {
        Self { exposure, path: None, commit: None, author: None }
    }

    /// The path, or how it ends if it starts with `*`.
    pub fn path(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// The commit, and the author that all have.
    pub fn commit(self, commit: &str) -> Self {
        Self { commit: Some(Some(commit.to_owned())), ..self }.author(AUTHOR)
    }

    /// Another author.
    pub fn author(self, name: &str) -> Self {
        Self { author: Some(Some(name.to_owned())), ..self }
    }

    /// No commit holds it.
    pub fn no_commit(self) -> Self {
        Self { commit: Some(None), author: Some(None), ..self }
    }

    /// Whatever commit.
    pub fn any_commit(self) -> Self {
        Self { commit: None, author: None, ..self }
    }

    fn is(&self, place: &Value) -> bool {
        let text = |field: &str| place[field].as_str().unwrap_or_default().to_owned();
        let same = |wanted: &Option<Option<String>>, field: &str| match wanted {
            None => true,
            Some(None) => place[field].is_null(),
            Some(Some(wanted)) => text(field) == *wanted,
        };
        let path = self.path.as_ref().is_none_or(|wanted| match wanted.strip_prefix('*') {
            Some(end) => text("path").ends_with(end),
            None => text("path") == *wanted,
        });
        path && text("exposure") == self.exposure && same(&self.commit, "commit") && same(&self.author, "author")
    }
}

/// What must be listed as not read.
enum Skipped {
    /// These reasons and no other.
    Just(Vec<&'static str>),
    /// Something that makes the scan incomplete, for whatever reason.
    Something,
    /// Whatever there is.
    Whatever,
}

/// What keyscan must say.
pub struct Expect {
    rule: Option<&'static str>,
    signals: Vec<&'static str>,
    without: Vec<&'static str>,
    places: Vec<Place>,
    more_places: bool,
    skipped: Skipped,
    code: i32,
    /// What is scanned.
    pub root: PathBuf,
    args: Vec<String>,
}

impl Expect {
    fn new(root: &Path, rule: Option<&'static str>, code: i32) -> Self {
        Self {
            rule,
            signals: Vec::new(),
            without: Vec::new(),
            places: Vec::new(),
            more_places: false,
            skipped: Skipped::Just(Vec::new()),
            code,
            root: root.to_owned(),
            args: Vec::new(),
        }
    }

    /// Nothing is found.
    pub fn nothing(repo: &Repo<'_>) -> Self {
        Self::new(&repo.top, None, 0)
    }

    /// The key is in the history and gone from the tree.
    pub fn gone(repo: &Repo<'_>) -> Self {
        Self::leaked(repo).signal("gone-from-tree")
    }

    /// The key is where no key belongs.
    pub fn leaked(repo: &Repo<'_>) -> Self {
        Self::new(&repo.top, Some("leaked-key"), 1)
    }

    /// The key is in the tree.
    pub fn exposed(repo: &Repo<'_>) -> Self {
        Self::new(&repo.top, Some("exposed-key"), 1).without("gone-from-tree").without("leaked-key")
    }

    /// The key is in an ignored file, and nowhere else.
    pub fn stored(repo: &Repo<'_>) -> Self {
        Self::new(&repo.top, Some("stored-key"), 0).without("gone-from-tree").without("leaked-key")
    }

    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// Other places are no mistake.
    pub fn more_places(self) -> Self {
        Self { more_places: true, ..self }
    }

    pub fn signal(mut self, id: &'static str) -> Self {
        self.signals.push(id);
        self
    }

    pub fn without(mut self, id: &'static str) -> Self {
        self.without.push(id);
        self
    }

    /// Something is listed as not read, for this reason. Reasons that are not named must not occur.
    pub fn skipped(mut self, reason: &'static str) -> Self {
        match &mut self.skipped {
            Skipped::Just(reasons) => reasons.push(reason),
            other => *other = Skipped::Just(vec![reason]),
        }
        self
    }

    /// The scan says that it is incomplete; there is more than one good reason.
    pub fn incomplete(self) -> Self {
        Self { skipped: Skipped::Something, ..self }
    }

    /// The scan may be complete or not.
    pub fn perhaps_incomplete(self) -> Self {
        Self { skipped: Skipped::Whatever, ..self }
    }

    /// Whatever rule it is that finds the key.
    pub fn any_rule(self) -> Self {
        Self { rule: Some(""), signals: Vec::new(), without: Vec::new(), ..self }
    }

    pub fn code(self, code: i32) -> Self {
        Self { code, ..self }
    }

    /// Scans another folder than the repository's top.
    pub fn root(self, root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..self }
    }

    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Runs keyscan over the whole history and compares.
    pub fn check(&self, scene: &Scene) {
        let args: Vec<&str> = ["--history"].into_iter().chain(self.args.iter().map(String::as_str)).collect();
        let run = scene.run(&self.root, &args);
        if ![0, 1, 3].contains(&run.code) {
            panic!("exit {}: {}", run.code, run.errors().chars().take(600).collect::<String>());
        }
        let report = run.json();
        assert_eq!(report["scan"]["mode"], "history");
        let told = told(&report);
        let wanted = fingerprint(&scene.key);
        let keys: Vec<&Value> = findings(&report).iter().filter(|finding| finding["key"].is_object()).collect();
        assert!(keys.iter().all(|finding| finding["key"]["fingerprint"] == wanted.as_str()), "another key\n{told}");
        assert_eq!(keys.len(), usize::from(self.rule.is_some()), "findings\n{told}");
        if let (Some(finding), Some(rule)) = (keys.first(), self.rule) {
            assert!(rule.is_empty() || finding["rule"] == rule, "not {rule}\n{told}");
            self.check_places(finding, &told);
            self.check_signals(finding, &told);
        }
        match &self.skipped {
            Skipped::Just(wanted) => {
                let mut wanted = wanted.clone();
                wanted.sort_unstable();
                assert_eq!(reasons(&report), wanted, "skipped\n{told}");
            }
            Skipped::Something => assert_eq!(report["scan"]["complete"], false, "complete\n{told}"),
            Skipped::Whatever => {}
        }
        let unsure = matches!(self.skipped, Skipped::Whatever) && self.code == 0 && run.code == 3;
        assert!(unsure || run.code == self.code, "exit code {}\n{told}", run.code);
    }

    fn check_places(&self, finding: &Value, told: &str) {
        let mut left: Vec<&Value> = occurrences(finding).iter().collect();
        for (index, place) in self.places.iter().enumerate() {
            let at = left.iter().position(|occurrence| place.is(occurrence));
            let at = at.unwrap_or_else(|| {
                let Place { exposure, path, commit, author } = place;
                panic!("place {index} is missing: {exposure} {path:?} {commit:?} {author:?}\n{told}")
            });
            left.remove(at);
        }
        assert!(self.more_places || left.is_empty(), "{} places too many\n{told}", left.len());
    }

    fn check_signals(&self, finding: &Value, told: &str) {
        let has = |id: &str| finding["signals"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id));
        for id in &self.signals {
            assert!(has(id), "no signal {id}\n{told}");
        }
        for id in &self.without {
            assert!(!has(id), "signal {id}\n{told}");
        }
    }
}

/// Why something was not read: each reason once.
pub fn reasons(report: &Value) -> Vec<String> {
    let skipped = report["scan"]["skipped"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut reasons: Vec<String> =
        skipped.iter().map(|one| one["reason"].as_str().expect("a skip has a reason").to_owned()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// What a report says, in few lines.
pub fn told(report: &Value) -> String {
    let mut lines = Vec::new();
    for finding in findings(report) {
        let signals: Vec<_> =
            finding["signals"].as_array().into_iter().flatten().map(|one| one["id"].as_str()).collect();
        lines.push(format!("{} {} {:?}", finding["rule"], finding["severity"], signals));
        for place in occurrences(finding).iter().take(8) {
            let fields =
                ["path", "line", "exposure", "commit", "author", "severity"].map(|field| place[field].to_string());
            lines.push(format!("  {}", fields.join(" ")));
        }
    }
    for skipped in report["scan"]["skipped"].as_array().into_iter().flatten().take(8) {
        lines.push(format!("skipped {} {}", skipped["path"], skipped["reason"]));
    }
    lines.join("\n")
}
