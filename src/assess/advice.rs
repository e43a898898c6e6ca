//! What to do about a finding, in the order that helps.
//!
//! The rules say what to do about a place, the issuers how to get rid of a key; each thing is said once. What the manual
//! says for all places of a kind is left out where these places give no reason for it: nothing needs purging from a
//! history that never had it, and what only the index holds can simply be taken out.

use std::collections::BTreeSet;

use crate::model::{Advice, EndpointKind, EndpointMatch, Exposure, Part, Reach, RuleId, ServerMatch, Signal, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{Issuer, IssuerKind, RuleText};

use super::endpoint;
use super::key_findings::KeyPlace;

/// How the lines of the manual start for which an issuer has words of its own.
const RID: [&str; 2] = ["Revoke the key", "Abandon the key"];
/// How those start that only some places give a reason for.
const READ: &str = "Let the program read";
const PURGE: &str = "Purge the old key";
const SERVER: &str = "Call the API from a server";
const COPIES: &str = "Delete the old key from";

/// How those start that only some ways to reach a host give a reason for.
const WHO: &str = "Check who runs the host. If it imitates";
const ENCRYPT: &str = "Use https";
const USER: &str = "Take user names";

/// How those start that only some servers give a reason for.
const CALLERS: &str = "Ask every caller";
const ACCOUNTS: &str = "Do not turn accounts";

/// What is said about a place, whatever else is wrong with the key.
const PLACES: [&str; 4] = [READ, SERVER, PURGE, COPIES];

/// Records and outputs, of which there are copies.
const COPIED: [SignalId; 6] = [
    SignalId::ClientSide,
    SignalId::InLog,
    SignalId::InUrl,
    SignalId::NotebookOutput,
    SignalId::Transcript,
    SignalId::ShellHistory,
];

const ENDED: &str = "Its issuer refuses the key already, so there is nothing to revoke: take it out of these places, and look at its usage \
                     up to the day it ended.";
const UNSTAGE: &str = "Take it out of the index before it is committed: `git restore --staged <file>`.";
const IGNORE: &str = "Name the file in `.gitignore`, or take the key out of it, before `git add` takes it along.";
const NOT_OUT: &str = "Let the program read the key from an environment variable or a secret store; keep `.env` in \
                       `.gitignore`, and only a template in the repository.";
const IF_OUT: &str =
    "If the key has been anywhere else, in a commit, a message or a log, revoke it and create a new one.";
const REMOTE: &str = "Take it out of the address, with `git remote set-url <remote> <address without the key>`, and let a \
                      credential helper keep the new one.";
const HEADER: &str = "Take it out of git's settings, with `git config --unset <name>`, and let a credential helper keep the \
                      new one.";
const FORGET: &str = "Let git forget what it still keeps: drop the stash or expire the reflogs that hold it, if any, and \
                      run `git gc --prune=now`.";

/// Of a rule that is about no key.
pub(super) fn of_rule(text: &RuleText) -> Vec<Advice> {
    text.advice.iter().map(ToString::to_string).collect()
}

/// Of an endpoint. How it is reached may be wrong in several ways, and each has its own mend.
pub(super) fn of_endpoint(text: &RuleText, endpoint: &EndpointMatch) -> Vec<Advice> {
    let has = |id: SignalId| endpoint::has(endpoint, id);
    let stranger = has(SignalId::LookAlike) || has(SignalId::IpLiteral);
    let fits = |line: &Advice| match line.as_str() {
        line if line.starts_with(WHO) => stranger,
        line if line.starts_with(ENCRYPT) => has(SignalId::PlainHttp) || has(SignalId::IpLiteral),
        line if line.starts_with(USER) => has(SignalId::UserInfo),
        _ => true,
    };
    let all = of_rule(text);
    if text.id == RuleId::InsecureEndpoint.as_str() { all.into_iter().filter(fits).collect() } else { all }
}

/// Of a server. Software comes with callers' credentials of its own; only a block that adds a key can lack the check.
pub(super) fn of_server(text: &RuleText, server: &ServerMatch) -> Vec<Advice> {
    let has = |id: SignalId| server.signals.iter().any(|signal| signal.id == id);
    let unguarded = has(SignalId::KeyInjecting) && !server.guarded && server.kind != EndpointKind::SelfHosted;
    let fits = |line: &Advice| match line.as_str() {
        line if line.starts_with(CALLERS) => unguarded,
        line if line.starts_with(ACCOUNTS) => has(SignalId::AccountBridge),
        _ => true,
    };
    let mut all: Vec<Advice> = of_rule(text).into_iter().filter(fits).collect();
    // What breaks a vendor's terms comes before what makes it bearable.
    all.sort_by_key(|line| !line.starts_with(ACCOUNTS));
    all
}

/// Of a key at its places.
pub(super) fn of_key(
    rule: RuleId,
    places: &[KeyPlace<'_>],
    signals: &BTreeSet<Signal>,
    issuer: Option<&Issuer>,
    rules: &Rules,
) -> Vec<Advice> {
    let scene = Scene::of(places, signals);
    if rule == RuleId::ExposedKey && !scene.out {
        return scene.not_out();
    }
    let text = |rule: RuleId| rules.text(rule).advice.iter().map(AsRef::as_ref);
    let mut lines: Vec<&str> = text(rule).collect();
    // The finding is named after what is worse or more telling; what the milder one asks for has to be done as well.
    if scene.out {
        let last = lines.len().saturating_sub(1);
        let milder = [(SignalId::LeakedKey, RuleId::LeakedKey), (SignalId::ExposedKey, RuleId::ExposedKey)];
        let milder = milder.into_iter().filter(|(held, _)| scene.has(*held)).flat_map(|(_, rule)| text(rule));
        let milder: Vec<&str> = milder.filter(|line| PLACES.iter().any(|start| line.starts_with(start))).collect();
        // As long as it works, everybody who has found it can use it.
        let shared_and_out = rule == RuleId::SharedKey && !milder.is_empty();
        lines.splice(last..last, milder);
        if shared_and_out {
            lines.sort_by_key(|line| !is_rid(line));
        }
    }
    lines.retain(|line| scene.gives_reason_for(line));
    let mut advice: Vec<Advice> = Vec::with_capacity(lines.len() + 3);
    let mut add = |line: &str| {
        if advice.iter().all(|earlier| earlier != line) {
            advice.push(line.to_owned());
        }
    };
    let own = issuer.map_or(&[][..], |issuer| &issuer.advice);
    let foreign = issuer.is_some_and(|issuer| issuer.kind != IssuerKind::Vendor);
    let dead = scene.has(SignalId::Dead);
    if foreign && !dead {
        own.iter().for_each(|line| add(line));
    }
    for line in &lines {
        match (is_rid(line), foreign) {
            (true, _) if dead => add(ENDED),
            (true, true) => {}
            (true, false) if !own.is_empty() && line.starts_with(RID[0]) => own.iter().for_each(|line| add(line)),
            _ => add(line),
        }
        if is_rid(line) {
            scene.next().into_iter().for_each(&mut add);
        }
    }
    advice
}

fn is_rid(line: &str) -> bool {
    RID.iter().any(|start| line.starts_with(start))
}

/// What advice depends on.
struct Scene<'a> {
    signals: &'a BTreeSet<Signal>,
    /// Whether any place is more than staged, or about to be.
    out: bool,
    /// Whether a commit holds it that others get.
    committed: bool,
    /// Whether only this copy of the repository still has it, in objects that others do not get.
    kept: bool,
    /// Whether any place is a file, and no message or setting of git's.
    file: bool,
    staged: bool,
    untracked: bool,
}

impl<'a> Scene<'a> {
    fn of(places: &[KeyPlace<'_>], signals: &'a BTreeSet<Signal>) -> Self {
        let any = |exposure: Exposure| places.iter().any(|place| place.occurrence.exposure == exposure);
        let seen = |place: &KeyPlace<'_>| match (&place.origin.provenance, place.occurrence.exposure) {
            (_, Exposure::Tracked) => Some(Reach::Reference),
            (Some(provenance), Exposure::History) => Some(provenance.reach),
            (None, Exposure::History) => Some(Reach::Reference),
            _ => None,
        };
        let is_file = |place: &KeyPlace<'_>| {
            let part = place.origin.provenance.as_ref().map_or(Part::File, |provenance| provenance.part);
            part == Part::File && place.occurrence.exposure != Exposure::GitMetadata
        };
        let reaches: BTreeSet<Reach> = places.iter().filter_map(seen).collect();
        let reflog = signals.iter().any(|signal| signal.id == SignalId::Reflog);
        let pending = |exposure: Exposure| matches!(exposure, Exposure::Staged | Exposure::Untracked);
        Self {
            signals,
            out: !places.iter().all(|place| pending(place.occurrence.exposure)),
            committed: reaches.contains(&Reach::Reference),
            kept: reflog || reaches.iter().any(|reach| *reach != Reach::Reference),
            file: places.iter().any(is_file),
            staged: any(Exposure::Staged),
            untracked: any(Exposure::Untracked),
        }
    }

    fn has(&self, id: SignalId) -> bool {
        self.signals.iter().any(|signal| signal.id == id)
    }

    /// Whether anything at the places asks for what a line of the manual says.
    fn gives_reason_for(&self, line: &str) -> bool {
        match line {
            _ if line.starts_with(READ) => self.file,
            _ if line.starts_with(PURGE) => self.committed,
            _ if line.starts_with(SERVER) => self.has(SignalId::ClientSide),
            _ if line.starts_with(COPIES) => COPIED.iter().any(|id| self.has(*id)) && self.file,
            _ => true,
        }
    }

    /// A key that no commit holds yet.
    fn not_out(&self) -> Vec<Advice> {
        let pending = self.pending().into_iter();
        pending.chain([NOT_OUT, IF_OUT]).map(str::to_owned).collect()
    }

    /// What keeps it from being committed.
    fn pending(&self) -> Vec<&'static str> {
        let steps = [(self.staged, UNSTAGE), (self.untracked, IGNORE)];
        steps.into_iter().filter(|(holds, _)| *holds).map(|(_, step)| step).collect()
    }

    /// What these places ask for once the key is worthless.
    fn next(&self) -> Vec<&'static str> {
        let mut steps = self.pending();
        if self.has(SignalId::GitConfig) {
            steps.push(if self.has(SignalId::InUrl) { REMOTE } else { HEADER });
        }
        if self.kept && !self.committed {
            steps.push(FORGET);
        }
        steps
    }
}
