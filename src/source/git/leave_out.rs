//! What `.keyscanignore` and the globs of the command line leave out of what a repository holds. The ignore files are
//! those of the work tree or of the trusted commit, as in a scan of the tree.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};
use std::sync::Arc;

use super::places::Place;
use super::trusted::Folder;
use crate::source::context::{By, Context};
use crate::source::rules::Rules;
use crate::source::{paths, trust};

/// What is left out of one repository.
pub(super) struct LeaveOut<'a> {
    context: &'a Context<'a>,
    place: &'a Place,
    folders: HashMap<Vec<u8>, State>,
    /// What has been counted already.
    counted: HashSet<Vec<u8>>,
}

/// What holds in a folder.
#[derive(Clone, Default)]
struct State {
    /// It, or a folder above it, is left out.
    excluded: Option<By>,
    /// Whether it is a real folder of the work tree, and so are all above it: through a link nothing is read.
    real: bool,
    rules: Option<Arc<Rules>>,
    /// The same folder in the commit that is trusted, if there is one.
    trusted: Option<Arc<Folder>>,
}

impl<'a> LeaveOut<'a> {
    /// Nothing is read before it is asked for.
    pub(super) fn new(context: &'a Context<'a>, place: &'a Place) -> Self {
        let trusted = trust::top(context, place.root, &place.located, &place.located.top);
        let mut top = State { real: true, trusted, ..State::default() };
        let mut leave_out = Self { context, place, folders: HashMap::new(), counted: HashSet::new() };
        top.rules = leave_out.rules(&place.located.top, &top, None);
        leave_out.folders.insert(Vec::new(), top);
        leave_out
    }

    /// Whether a file is to be read. What a rule leaves out is counted.
    pub(super) fn reads(&mut self, key: &[u8]) -> bool {
        let path = self.place.path(key);
        let (root, context) = (self.place.root, self.context);
        if !self.place.wants(key) || !context.includes(root, &path) {
            return false;
        }
        let folder = key.iter().rposition(|&byte| byte == b'/').map_or(&b""[..], |end| &key[..end]);
        let state = self.folder(folder);
        let own = || state.rules.as_ref().is_some_and(|rules| rules.ignore(&path, false)).then_some(By::IgnoreFile);
        let report = || context.writes(&path, || true).then_some(By::Report);
        let excluded = state.excluded.or_else(own).or_else(|| context.excludes(root, &path, false)).or_else(report);
        if let Some(by) = excluded.filter(|_| self.counted.insert(key.to_vec())) {
            context.leave_out(by);
        }
        excluded.is_none()
    }

    fn folder(&mut self, folder: &[u8]) -> State {
        // From the innermost folder that is known already, downwards: names may lie as deep as a stranger likes.
        let mut known = folder.len();
        let mut state = loop {
            match self.folders.get(&folder[..known]) {
                Some(state) => break state.clone(),
                None => known = folder[..known].iter().rposition(|&byte| byte == b'/').unwrap_or(0),
            }
        };
        while known < folder.len() {
            // A slash at the very front separates nothing.
            let from = if known == 0 { 0 } else { known + 1 };
            let rest = &folder[known + 1..];
            let end = rest.iter().position(|&byte| byte == b'/').map_or(folder.len(), |length| known + 1 + length);
            state = self.enter(&state, &folder[from..end], &folder[..end]);
            self.folders.insert(folder[..end].to_vec(), state.clone());
            known = end;
        }
        state
    }

    fn enter(&self, outer: &State, bytes: &[u8], key: &[u8]) -> State {
        let path = self.place.path(key);
        let name = paths::from_bytes(bytes);
        let plain = Path::new(&name).components().eq([Component::Normal(&name)]);
        let real = outer.real && plain && path.symlink_metadata().is_ok_and(|kind| kind.is_dir());
        let own = || outer.rules.as_ref().is_some_and(|rules| rules.ignore(&path, true)).then_some(By::IgnoreFile);
        let excluded = outer.excluded.or_else(own).or_else(|| self.context.excludes(self.place.root, &path, true));
        let trusted = trust::enter(self.context, self.place.root, outer.trusted.as_ref(), bytes, &path);
        let mut state = State { excluded, real, rules: None, trusted };
        state.rules = self.rules(&path, &state, outer.rules.clone());
        state
    }

    fn rules(&self, folder: &Path, state: &State, outer: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let file = folder.join(trust::IGNORE_FILE);
        let there = state.real && file.symlink_metadata().is_ok_and(|kind| kind.is_file());
        trust::ignore_rules(self.context, self.place.root, folder, there, state.trusted.as_ref(), outer)
    }
}
