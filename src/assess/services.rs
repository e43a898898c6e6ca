//! The services that hold a key: packages, and what they run.
//!
//! One service is counted once, however often it stands there: a package's settings are those of what it runs, what is
//! deployed side by side (`app-blue`, `app-green`) or one after the other (`releases/1`) is one, and whatever the jobs of a
//! pipeline or the processes of one app are called, all of them have the keys of all.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Exposure;

use super::key_findings::KeyPlace;
use super::sharing::{Families, root_of_place};

/// A package or a service of one owner: the root and the path, as [`one_of_all`] has it.
type Known = (usize, String);

/// The services of one owner: a family of repositories, or all roots outside git.
#[derive(Default)]
struct Services {
    /// Packages, with what they are called.
    packages: BTreeMap<Known, String>,
    /// Packages of deployment files alone that are parts of another, with that one.
    parts: BTreeMap<Known, Known>,
    /// Services and workloads that a package runs, with that package.
    runs: BTreeMap<Known, (Known, String)>,
}

/// The services, of each owner that has several.
pub(super) fn services(in_use: &[&KeyPlace<'_>], families: &Families<'_>) -> BTreeSet<String> {
    let mut owners: BTreeMap<Option<usize>, (String, Services)> = BTreeMap::new();
    // A person is no service: outside git they are a kind of their own.
    let personal = |place: &&&KeyPlace<'_>| place.origin.repository.is_none() && place.origin.person.is_some();
    let places = in_use.iter().filter(|place| place.occurrence.exposure != Exposure::Stdin);
    for place in places.filter(|place| !personal(place)) {
        let repository = place.origin.repository;
        let name = repository.and_then(|index| families.repositories.get(index)).map(|known| known.name.clone());
        let name = name.unwrap_or_default();
        let (_, services) =
            owners.entry(repository.map(|index| families.family(index))).or_insert((name, Services::default()));
        services.add(place);
    }
    let several: Vec<(String, Vec<String>)> = owners
        .into_values()
        .map(|(name, services)| (name, services.names()))
        .filter(|(_, services)| services.len() > 1)
        .collect();
    let alone = several.len() == 1;
    let mut all = BTreeSet::new();
    for (owner, services) in several {
        let top = if services.contains(&owner) { format!("{owner} (top)") } else { owner.clone() };
        for service in services {
            let name = match owner.as_str() {
                "" => service,
                _ if service == "." => top.clone(),
                owner if !alone => format!("{owner}/{service}"),
                _ => service,
            };
            // Whatever they are called, no service is lost.
            let names = (2..).map(|number| format!("{name} ({number})"));
            all.extend(std::iter::once(name.clone()).chain(names).find(|name| !all.contains(name)));
        }
    }
    all
}

impl Services {
    fn add(&mut self, place: &KeyPlace<'_>) {
        // A path in a repository is the same in all its work trees; a path outside git is one of its root.
        let root = if place.origin.repository.is_some() { 0 } else { place.origin.root };
        let known = |path: &str| (root, one_of_all(path));
        let path = within(place, place.origin.service.as_deref());
        let package = known(&path);
        if let Some(around) = &place.origin.part_of {
            self.parts.insert(package.clone(), known(&within(place, Some(around))));
        }
        let written = place.occurrence.service.as_ref().filter(|name| Some(*name) != place.origin.service.as_ref());
        let used = place.what.used_by.iter().chain(written).filter(|_| runs_services(&place.occurrence.path.text));
        let mut alone = true;
        for service in used {
            let service = within(place, Some(service));
            let named = || (package.clone(), label(place, &service));
            self.runs.entry(known(&service)).or_insert_with(named);
            alone = false;
        }
        if alone {
            self.packages.entry(package).or_insert_with(|| label(place, &path));
        }
    }

    /// What the services are called. The settings of a package are those of the services that it runs.
    fn names(mut self) -> Vec<String> {
        let running: BTreeSet<&Known> = self.runs.values().map(|(package, _)| package).collect();
        // What stands in a chart of a package that runs services feeds one of those.
        self.packages.retain(|package, _| {
            !running.contains(package) && !self.parts.get(package).is_some_and(|around| running.contains(around))
        });
        let deployed: Vec<&Known> =
            self.packages.keys().chain(running).filter_map(|part| self.parts.get(part)).collect();
        for package in deployed {
            self.packages.remove(package);
        }
        // A service can be called like the package that it is built from.
        let mut all: BTreeMap<Known, String> = self.packages;
        all.extend(self.runs.into_iter().map(|(service, (_, label))| (service, label)));
        all.into_values().collect()
    }
}

/// The service that a unit file of systemd sets up: `app.service`, `app@1.service`, `app.container`, `app.service.d/x.conf`.
pub(super) fn unit(path: &str) -> Option<&str> {
    let mut names = path.rsplit(['/', '!']);
    let (file, folder) = (names.next()?, names.next().unwrap_or_default());
    let of = |name: &'_ str| -> Option<usize> {
        let stem = name.strip_suffix(".service").or_else(|| name.strip_suffix(".container"))?;
        Some(stem.find('@').unwrap_or(stem.len()))
    };
    let named = of(file).map(|end| &file[..end]);
    let named = named.or_else(|| folder.strip_suffix(".d").and_then(of).map(|end| &folder[..end]));
    named.filter(|name| !name.is_empty())
}

/// The path that a service has in common with what is deployed beside it, before it and after it.
fn one_of_all(path: &str) -> String {
    const SIDES: [&str; 3] = ["blue", "green", "canary"];
    let mut names = path.split('/');
    let mut kept: Vec<&str> = Vec::new();
    while let Some(name) = names.next() {
        match name {
            "releases" => {
                names.next();
            }
            "current" => {}
            side if SIDES.contains(&side) => {}
            name => {
                let side = name.rsplit_once(['-', '_', '.']).filter(|(_, side)| SIDES.contains(side));
                kept.push(side.map_or(name, |(name, _)| name));
            }
        }
    }
    kept.join("/")
}

/// Whether what a file calls its parts are services. The jobs of a pipeline, the sites of a proxy and the processes of a
/// Procfile are none: whoever runs them has the keys of all.
fn runs_services(path: &str) -> bool {
    const PIPELINES: [&str; 3] = [".github", ".gitlab", ".circleci"];
    const STARTS: [&str; 8] = [
        ".gitlab-ci",
        "gitlab-ci",
        ".travis",
        "azure-pipelines",
        "bitbucket-pipelines",
        "caddyfile",
        "haproxy",
        "procfile",
    ];
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    !path.split('/').any(|segment| PIPELINES.contains(&segment))
        && !STARTS.iter().any(|start| name.starts_with(start))
        && !name.ends_with(".caddy")
}

/// A service's path from the top of the work tree, or outside git from the root.
fn within(place: &KeyPlace<'_>, service: Option<&str>) -> String {
    let service = service.unwrap_or(".");
    let top = place.origin.work_tree.as_deref().unwrap_or_default();
    let below = service.strip_prefix(top).filter(|_| !top.is_empty());
    match below.map(|below| (below, below.strip_prefix('/'))) {
        Some(("", _)) => ".".to_owned(),
        Some((_, Some(below))) => below.to_owned(),
        _ => service.to_owned(),
    }
}

/// What people call a service: in a repository its path there, outside git its path as the roots were given.
fn label(place: &KeyPlace<'_>, service: &str) -> String {
    let outside = place.origin.repository.is_none();
    match root_of_place(place).filter(|root| outside && !root.is_empty()) {
        Some(root) if service == "." => root.to_owned(),
        Some(root) => format!("{}/{service}", root.trim_end_matches('/')),
        None => service.to_owned(),
    }
}
