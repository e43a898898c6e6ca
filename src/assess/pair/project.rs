//! Pairs across files: a key whose own file holds no endpoint for it, and the other files of its project.
//!
//! Two files are linked where one names the other (`env_file`), an object of the other (a Secret, a ConfigMap), or a
//! variable that the other sets. Such a link puts what is named into the scope that names it, and the pair is found
//! there as in one file. Without a link the names of the settings have to agree, and the endpoint must have no key of its
//! own. Nothing is joined across projects, except by a file's path, and nothing across environments. What only the history
//! holds is joined with nothing: nobody knows which versions of two files were ever used together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{
    BlobMatches, Environment, Evidence, Exposure, Home, Matches, ScopeId, ScopeKind, Secret, Use, Used, scope_name,
};

use super::field::Field;
use super::setting::Family;
use super::{Choice, EndpointRef, Pair, Pairing, receives};

/// Most settings of other files that one file takes in.
const MOST_GUESTS: usize = 2000;

/// Most hosts named where none is chosen.
const MOST_HOSTS: usize = 4;

/// Gives keys without a receiver the one that another file of their project names.
pub(super) fn complete(
    blobs: &[BlobMatches],
    environment: &dyn Fn(usize) -> Option<Environment>,
    pairing: &Pairing<'_>,
    choices: &mut [Vec<Choice>],
) {
    let run = Run::new(blobs, environment);
    let mut offers: BTreeMap<(usize, usize), Vec<Pair>> = BTreeMap::new();
    let mut linked: BTreeSet<(usize, usize)> = BTreeSet::new();
    for user in 0..blobs.len() {
        run.at_links(user, pairing, choices, &mut offers);
    }
    linked.extend(offers.keys());
    run.by_names(pairing, choices, &linked, &mut offers);
    for ((blob, key), pairs) in offers {
        choices[blob][key] = run.decide(&pairs);
    }
}

/// What the files of one project share: the root, the archive that holds them, and the package root in it.
type Project<'a> = (usize, &'a str, &'a str);

/// The files of a run by what they may be called.
struct Run<'a> {
    blobs: &'a [BlobMatches],
    environments: Vec<Option<Environment>>,
    by_path: HashMap<(usize, &'a str), usize>,
    projects: BTreeMap<Project<'a>, Vec<usize>>,
    /// Keys and endpoints of each project by the last part of their setting.
    set: HashMap<(Project<'a>, &'a str), Vec<Guest>>,
}

/// A match that another file takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Guest {
    Key(usize, usize),
    Endpoint(EndpointRef),
}

impl Guest {
    const fn blob(self) -> usize {
        match self {
            Self::Key(blob, _) => blob,
            Self::Endpoint(endpoint) => endpoint.blob,
        }
    }
}

impl<'a> Run<'a> {
    fn new(blobs: &'a [BlobMatches], environment: &dyn Fn(usize) -> Option<Environment>) -> Self {
        let mut run = Self {
            blobs,
            environments: (0..blobs.len()).map(environment).collect(),
            by_path: HashMap::new(),
            projects: BTreeMap::new(),
            set: HashMap::new(),
        };
        let is_version = |blob: &BlobMatches| blob.origin.exposure == Exposure::History;
        for (index, blob) in blobs.iter().enumerate().filter(|(_, blob)| !is_version(blob)) {
            run.by_path.insert((blob.origin.root, &blob.origin.path.text), index);
            run.projects.entry(run.project(index)).or_default().push(index);
        }
        // Projects of a single file link nothing.
        for (project, members) in run.projects.iter().filter(|(_, members)| members.len() > 1) {
            for &blob in members {
                for guest in run.guests_of(blob, |_| true) {
                    if let Some(name) = run.setting(guest).map(scope_name) {
                        run.set.entry((*project, name)).or_default().push(guest);
                    }
                }
            }
        }
        run
    }

    /// The project of a file: its package root, or the repository. An archive is one of its own, wherever it lies.
    fn project(&self, blob: usize) -> Project<'a> {
        let origin = &self.blobs[blob].origin;
        let archive = origin.path.text.rsplit_once('!').map_or("", |(archive, _)| archive);
        (origin.root, archive, origin.service.as_deref().unwrap_or_default())
    }

    fn setting(&self, guest: Guest) -> Option<&'a str> {
        match guest {
            Guest::Key(blob, key) => self.blobs[blob].matches.keys[key].setting.as_deref(),
            Guest::Endpoint(one) => self.blobs[one.blob].matches.endpoints[one.index].setting.as_deref(),
        }
    }

    fn home(&self, guest: Guest) -> Option<Home> {
        match guest {
            Guest::Key(blob, key) => self.blobs[blob].matches.keys[key].place.home,
            Guest::Endpoint(one) => self.blobs[one.blob].matches.endpoints[one.index].place.home,
        }
    }

    /// Whether a setting is one of a service, an element or a call: nothing else knows it by its name.
    fn is_private(&self, guest: Guest) -> bool {
        matches!(self.unit_of(guest), Some(ScopeKind::Service | ScopeKind::Item | ScopeKind::Call))
    }

    /// Whether an endpoint is a setting of a service or an element.
    fn is_given(&self, endpoint: EndpointRef) -> bool {
        matches!(self.unit_of(Guest::Endpoint(endpoint)), Some(ScopeKind::Service | ScopeKind::Item))
    }

    /// What the unit is that a setting stands in.
    fn unit_of(&self, guest: Guest) -> Option<ScopeKind> {
        let scopes = &self.blobs[guest.blob()].matches.scopes.scopes;
        let first = self.home(guest).and_then(|home| scopes.get(home.scope));
        let mut above = std::iter::successors(first, |scope| scopes.get(scope.parent?));
        above.find(|scope| scope.unit).map(|scope| scope.kind)
    }

    /// The keys and endpoints of a file that stand in wanted scopes.
    fn guests_of(&self, blob: usize, wanted: impl Fn(ScopeId) -> bool) -> Vec<Guest> {
        let matches = &self.blobs[blob].matches;
        let inside = |home: Option<Home>| wanted(home.map_or(0, |home| home.scope));
        let keys = (0..matches.keys.len()).filter(|&key| inside(matches.keys[key].place.home));
        let endpoints = (0..matches.endpoints.len())
            .filter(|&index| receives(&matches.endpoints[index]) && inside(matches.endpoints[index].place.home));
        let keys = keys.map(|key| Guest::Key(blob, key));
        keys.chain(endpoints.map(|index| Guest::Endpoint(EndpointRef { blob, index }))).collect()
    }

    /// Whether settings of one file may hold where another is used.
    fn go_together(&self, one: usize, other: usize) -> bool {
        use Environment::{Documentation, Example, Test};
        let aside = |environment| matches!(environment, Some(Documentation | Example | Test));
        match (self.environments[one], self.environments[other]) {
            (one, other) if aside(one) || aside(other) => one == other,
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }

    /// What a file takes from others, each with the scope that takes it.
    fn guests(&self, user: usize) -> BTreeSet<(ScopeId, Guest)> {
        let mut guests: BTreeSet<(ScopeId, Guest)> = BTreeSet::new();
        let project = self.project(user);
        for Use { scope, used } in &self.blobs[user].matches.scopes.uses {
            if guests.len() > MOST_GUESTS {
                break;
            }
            let taken: Vec<Guest> = match used {
                Used::File(path) => {
                    let path = beside(&self.blobs[user].origin.path.text, path);
                    let named = path.and_then(|path| self.by_path.get(&(project.0, path.as_str())).copied());
                    named
                        .filter(|&named| named != user)
                        .map(|named| self.guests_of(named, |_| true))
                        .unwrap_or_default()
                }
                Used::Name(name) | Used::Setting(name) => {
                    let set = self.set.get(&(project, scope_name(name))).into_iter().flatten().copied();
                    // Names that are no environment variable's are known elsewhere only if the whole file is.
                    let shared =
                        name.bytes().all(|byte| !byte.is_ascii_lowercase()) || matches!(used, Used::Setting(_));
                    set.filter(|&guest| {
                        guest.blob() != user
                            && self.go_together(user, guest.blob())
                            && !self.is_private(guest)
                            && (shared || self.home(guest).is_none_or(|home| home.scope == 0))
                    })
                    .collect()
                }
                Used::Object(name) => self.objects(user, name),
                Used::Member { object, setting } => {
                    let mut members = self.objects(user, object);
                    members.retain(|&guest| self.setting(guest).map(scope_name) == Some(setting));
                    members
                }
                Used::Scope(_) | Used::Key => Vec::new(),
            };
            guests.extend(taken.into_iter().map(|guest| (*scope, guest)));
        }
        guests
    }

    /// What stands in the objects of a name: those in the same folder, or else the only one of the project.
    fn objects(&self, user: usize, name: &str) -> Vec<Guest> {
        let folder = |blob: usize| self.blobs[blob].origin.path.text.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut holders: Vec<(usize, ScopeId)> = Vec::new();
        for &blob in self.projects.get(&self.project(user)).into_iter().flatten().filter(|&&blob| blob != user) {
            let scopes = &self.blobs[blob].matches.scopes.scopes;
            let named = (0..scopes.len()).filter(|&scope| scopes[scope].name == name);
            holders.extend(named.map(|scope| (blob, scope)).filter(|_| self.go_together(user, blob)));
        }
        let near: Vec<(usize, ScopeId)> =
            holders.iter().copied().filter(|(blob, _)| folder(*blob) == folder(user)).collect();
        let meant = if near.is_empty() && holders.len() == 1 { holders } else { near };
        let inside = |blob: usize, outer: ScopeId| {
            let scopes = &self.blobs[blob].matches.scopes.scopes;
            self.guests_of(blob, |scope| {
                std::iter::successors(Some(scope), |&scope| scopes[scope].parent).any(|scope| scope == outer)
            })
        };
        meant.into_iter().flat_map(|(blob, scope)| inside(blob, scope)).collect()
    }

    /// Pairs what a file takes from others, with each other and with its own.
    fn at_links(
        &self,
        user: usize,
        pairing: &Pairing<'_>,
        choices: &[Vec<Choice>],
        offers: &mut BTreeMap<(usize, usize), Vec<Pair>>,
    ) {
        if self.blobs[user].origin.exposure == Exposure::History {
            return;
        }
        let guests = self.guests(user);
        // What a file says by nothing but nearness gives way to a link.
        let asks = |blob: usize, key: usize| match &choices[blob][key] {
            Choice::None => true,
            Choice::Pair(pair) => pair.evidence == Evidence::SameFile && !pair.by_name,
            Choice::Possible(_) => false,
        };
        let own = &self.blobs[user].matches;
        let waiting = (0..own.keys.len()).any(|key| asks(user, key));
        let visitor = guests.iter().any(|(_, guest)| matches!(guest, Guest::Key(blob, key) if asks(*blob, *key)));
        if guests.is_empty() || !(waiting || visitor) {
            return;
        }
        let mut together: Matches = own.clone();
        let mut keys: Vec<(usize, usize)> = (0..own.keys.len()).map(|key| (user, key)).collect();
        let mut endpoints: Vec<EndpointRef> =
            (0..own.endpoints.len()).map(|index| EndpointRef { blob: user, index }).collect();
        for (scope, guest) in guests {
            let home = Some(Home { scope, index: None });
            match guest {
                Guest::Key(blob, key) => {
                    let mut guest = self.blobs[blob].matches.keys[key].clone();
                    guest.place.home = home;
                    together.keys.push(guest);
                    keys.push((blob, key));
                }
                Guest::Endpoint(one) => {
                    let mut guest = self.blobs[one.blob].matches.endpoints[one.index].clone();
                    guest.place.home = home;
                    together.endpoints.push(guest);
                    endpoints.push(one);
                }
            }
        }
        let found = Field::new(&together).choices(pairing, |index| endpoints[index]);
        for ((blob, key), choice) in keys.into_iter().zip(found) {
            if let Choice::Pair(pair) = choice
                && asks(blob, key)
                // Lines of different files say nothing.
                && (pair.by_name || pair.only)
            {
                offers.entry((blob, key)).or_default().push(pair);
            }
        }
    }

    /// Pairs keys with endpoints of other files by their names alone.
    fn by_names(
        &self,
        pairing: &Pairing<'_>,
        choices: &[Vec<Choice>],
        linked: &BTreeSet<(usize, usize)>,
        offers: &mut BTreeMap<(usize, usize), Vec<Pair>>,
    ) {
        for members in self.projects.values().filter(|members| members.len() > 1) {
            let asking = members.iter().flat_map(|&blob| (0..choices[blob].len()).map(move |key| (blob, key)));
            let asking: Vec<(usize, usize)> = asking
                .filter(|&(blob, key)| choices[blob][key] == Choice::None && !linked.contains(&(blob, key)))
                .collect();
            if asking.is_empty() {
                continue;
            }
            let fields: HashMap<usize, Field<'_>> =
                members.iter().map(|&blob| (blob, Field::new(&self.blobs[blob].matches))).collect();
            let mut open: HashMap<Family<'_>, Vec<EndpointRef>> = HashMap::new();
            for &blob in members {
                for (index, name) in fields[&blob].open_endpoints() {
                    open.entry(Family::of(&name, &pairing.names)).or_default().push(EndpointRef { blob, index });
                }
            }
            let mut owners: HashMap<EndpointRef, BTreeSet<&Secret>> = HashMap::new();
            for &blob in members {
                for (key, choice) in self.blobs[blob].matches.keys.iter().zip(&choices[blob]) {
                    if let Some(endpoint) = choice.endpoint() {
                        owners.entry(endpoint).or_default().insert(&key.secret);
                    }
                }
            }
            for (blob, key) in asking {
                let Some(name) = fields[&blob].open_key(key) else { continue };
                let secret = &self.blobs[blob].matches.keys[key].secret;
                let is_lent = |place: &EndpointRef| owners.get(place).is_none_or(|keys| keys.contains(secret));
                let family = Family::of(&name, &pairing.names);
                let fitting = open.iter().filter(|(endpoint, _)| family.names(endpoint)).flat_map(|(_, places)| places);
                let fitting = fitting.filter(|place| place.blob != blob && self.go_together(blob, place.blob));
                // What a service is given reaches the settings of the whole project, but no client with a key of its own.
                let client = self.is_private(Guest::Key(blob, key));
                let fitting = fitting.filter(|place| !(client && self.is_given(**place)));
                let pair = |&endpoint| Pair { endpoint, evidence: Evidence::SameProject, by_name: true, only: false };
                let pairs: Vec<Pair> = fitting.filter(|place| is_lent(place)).map(pair).collect();
                if !pairs.is_empty() {
                    offers.entry((blob, key)).or_default().extend(pairs);
                }
            }
        }
    }

    /// One host is the receiver; several are named.
    fn decide(&self, pairs: &[Pair]) -> Choice {
        let host = |pair: &Pair| &self.blobs[pair.endpoint.blob].matches.endpoints[pair.endpoint.index].host;
        let strongest = pairs.iter().map(|pair| pair.evidence).min();
        let mut pairs: Vec<&Pair> = pairs.iter().filter(|pair| Some(pair.evidence) == strongest).collect();
        pairs.sort_by_key(|pair| pair.endpoint);
        let hosts: BTreeSet<&str> = pairs.iter().map(|pair| host(pair).as_str()).collect();
        match pairs.first() {
            Some(&&first) if hosts.len() == 1 => Choice::Pair(Pair { evidence: Evidence::SameProject, ..first }),
            Some(_) => {
                let named: Vec<&str> = hosts.iter().copied().take(MOST_HOSTS - 1).collect();
                let rest = if hosts.len() > named.len() { " and others" } else { "" };
                Choice::Possible(format!("{}{rest}", named.join(", ")))
            }
            None => Choice::None,
        }
    }
}

/// The path that a file names, as seen from the top: relative to the folder of the file.
fn beside(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        for (file, path, wanted) in [
            ("docker-compose.yml", ".env", Some(".env")),
            ("deploy/compose.yml", "./api/.env", Some("deploy/api/.env")),
            ("deploy/compose.yml", "../.env", Some(".env")),
            ("compose.yml", "../.env", None),
            ("compose.yml", "/etc/app.env", None),
        ] {
            assert_eq!(beside(file, path).as_deref(), wanted, "{path}");
        }
    }
}
