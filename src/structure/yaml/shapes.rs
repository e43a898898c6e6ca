//! What a document is for, told by its content, and what its parts are by that.

use crate::model::Environment;

use super::nodes::{NodeId, Nodes};

/// The program a document is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// None that is known: maps and lists.
    Plain,
    Compose,
    Kubernetes,
    /// The objects that kustomize makes.
    Kustomize,
    /// GitHub Actions: workflows and actions.
    Workflow,
    Gitlab,
    Circle,
    Azure,
    Cloudformation,
    Serverless,
    Ansible,
}

/// What a node is in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The document itself.
    Root,
    /// A map or list whose members are of a kind.
    Members(Part),
    /// One of them.
    One(Part),
    /// Anything else.
    Inside,
}

/// What members are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A service, a job, a function.
    Service,
    /// Settings to be taken by others: `x-common` of compose, `.base` of GitLab.
    Fragment,
    /// A part of what is around it although it is an item: a container of a workload.
    Piece,
    /// A step or a task, which takes over the settings around it.
    Step,
    /// An object of Kubernetes.
    Object,
    /// What makes an object of Kubernetes, of which another kind may have one of the same name.
    Generator,
    /// The settings of an environment.
    Environment(Environment),
}

impl Shape {
    /// The shape of a document.
    pub(super) fn of(nodes: &Nodes<'_>, root: NodeId) -> Self {
        let has = |name: &str| nodes.member(root, name).is_some();
        let scalar = |name: &str| nodes.member(root, name).is_some_and(|node| nodes.scalar(node).is_some());
        let map = |name: &str| nodes.member(root, name).is_some_and(|node| nodes.is_map(node));
        let members_have = |name: &str, words: &[&str]| {
            let members = nodes.member(root, name).map_or(&[][..], |node| nodes.entries(node));
            members.iter().any(|&(_, member)| words.iter().any(|word| nodes.member(member, word).is_some()))
        };
        let plays = |&item: &NodeId| {
            ["hosts", "tasks", "import_playbook", "block"].iter().any(|word| nodes.member(item, word).is_some())
        };
        match () {
            () if nodes.items(root).iter().take(5).any(plays) => Self::Ansible,
            () if has("configMapGenerator") || has("secretGenerator") => Self::Kustomize,
            () if scalar("apiVersion") && scalar("kind") => Self::Kubernetes,
            () if members_have("jobs", &["runs-on"]) => Self::Workflow,
            () if map("jobs") && (has("on") || has("true")) || nodes.lookup(root, &["runs", "using"]).is_some() => {
                Self::Workflow
            }
            () if members_have("services", &COMPOSE) => Self::Compose,
            () if map("jobs") && members_have("jobs", &["docker", "machine", "macos", "executor", "steps"]) => {
                Self::Circle
            }
            () if map("Resources") && members_have("Resources", &["Type"]) => Self::Cloudformation,
            () if has("service") && has("provider") || map("functions") && has("provider") => Self::Serverless,
            () if nodes.entries(root).iter().any(|&(key, member)| is_gitlab(nodes, key, member)) => Self::Gitlab,
            () if ["steps", "jobs", "stages"].iter().any(|name| azure(nodes, root, name)) => Self::Azure,
            () => Self::Plain,
        }
    }

    /// What the value of `key` is, in a map at `place`.
    pub(super) fn inside(self, nodes: &Nodes<'_>, place: Place, key: &str, value: NodeId) -> Place {
        use Part::{Fragment, Generator, Object, Piece, Service, Step};
        match (self, place, key) {
            (_, Place::Members(part), _) => Place::One(part),
            (Self::Compose, Place::Root, "services")
            | (Self::Workflow | Self::Circle, Place::Root, "jobs")
            | (Self::Serverless, Place::Root, "functions")
            | (Self::Cloudformation, Place::Root, "Resources") => Place::Members(Service),
            (Self::Compose, Place::Root, key) if key.starts_with("x-") => Place::One(Fragment),
            (Self::Gitlab, Place::Root, key) if key.starts_with('.') => Place::One(Fragment),
            (Self::Gitlab, Place::Root, "default") => Place::Inside,
            (Self::Gitlab, Place::Root, _) if is_gitlab_job(nodes, value) => Place::One(Service),
            (Self::Kubernetes, _, "containers" | "initContainers" | "ephemeralContainers")
            | (Self::Cloudformation, _, "ContainerDefinitions")
            | (Self::Circle, Place::One(Service), "docker") => Place::Members(Piece),
            (Self::Workflow | Self::Circle, _, "steps")
            | (Self::Azure, _, "stages" | "jobs" | "steps")
            | (Self::Ansible, _, "tasks" | "pre_tasks" | "post_tasks" | "handlers" | "roles" | "block" | "rescue") => {
                Place::Members(Step)
            }
            (Self::Kubernetes, Place::Root, "items") => Place::Members(Object),
            (Self::Kustomize, Place::Root, "configMapGenerator" | "secretGenerator") => Place::Members(Generator),
            _ => Place::Inside,
        }
    }

    /// The settings at a map that whatever lies in it takes over.
    pub(super) fn inherited(self, nodes: &Nodes<'_>, place: Place, map: NodeId) -> Option<NodeId> {
        match (self, place) {
            (Self::Workflow, _) => nodes.member(map, "env"),
            (Self::Gitlab | Self::Azure, _) => nodes.member(map, "variables"),
            (Self::Circle, _) => nodes.member(map, "environment"),
            (Self::Ansible, _) => nodes.member(map, "environment"),
            (Self::Serverless, Place::Root) => nodes.lookup(map, &["provider", "environment"]),
            (Self::Cloudformation, Place::Root) => nodes.lookup(map, &["Globals", "Function", "Environment"]),
            _ => None,
        }
    }
}

/// What services of compose have.
const COMPOSE: [&str; 11] = [
    "build",
    "command",
    "container_name",
    "deploy",
    "depends_on",
    "env_file",
    "environment",
    "extends",
    "image",
    "ports",
    "volumes",
];

fn is_gitlab_job(nodes: &Nodes<'_>, node: NodeId) -> bool {
    nodes.is_map(node) && ["script", "trigger", "extends"].iter().any(|name| nodes.member(node, name).is_some())
}

/// Whether an entry makes its document one of GitLab: a job that runs something or extends a hidden one, or a hidden one.
fn is_gitlab(nodes: &Nodes<'_>, key: NodeId, node: NodeId) -> bool {
    let has = |name: &str| nodes.member(node, name).is_some();
    let hidden = nodes.scalar(key).is_some_and(|key| key.starts_with('.'));
    nodes.is_map(node) && (has("script") || has("trigger") || hidden && (has("variables") || has("before_script")))
}

fn azure(nodes: &Nodes<'_>, root: NodeId, name: &str) -> bool {
    let words = ["script", "bash", "pwsh", "powershell", "task", "job", "deployment", "stage", "template", "checkout"];
    let items = nodes.member(root, name).map_or(&[][..], |list| nodes.items(list));
    items.iter().any(|&item| words.iter().any(|word| nodes.member(item, word).is_some()))
}

/// Whether an object of Kubernetes runs containers.
pub(super) fn is_workload(nodes: &Nodes<'_>, object: NodeId) -> bool {
    let ways: [&[&str]; 3] = [
        &["spec", "template", "spec", "containers"],
        &["spec", "containers"],
        &["spec", "jobTemplate", "spec", "template", "spec", "containers"],
    ];
    ways.iter().any(|way| nodes.lookup(object, way).is_some())
}

/// Whether a document holds settings of Spring for a profile.
pub(super) fn has_profile(nodes: &Nodes<'_>, root: NodeId) -> bool {
    let ways: [&[&str]; 2] = [&["spring", "config", "activate", "on-profile"], &["spring", "profiles"]];
    ways.iter().any(|way| nodes.lookup(root, way).is_some_and(|node| nodes.scalar(node).is_some()))
}

/// Where a document is used, as far as it says so itself.
pub(super) fn environment_of_document(nodes: &Nodes<'_>, root: NodeId) -> Option<Environment> {
    let ways: [&[&str]; 7] = [
        &["metadata", "namespace"],
        &["metadata", "labels", "environment"],
        &["metadata", "labels", "env"],
        &["spec", "destination", "namespace"],
        &["spring", "config", "activate", "on-profile"],
        &["spring", "profiles"],
        &["namespace"],
    ];
    let named = ways.iter().find_map(|way| environment_of(nodes, nodes.lookup(root, way)?));
    named.or_else(|| environment_of_part(nodes, root, false))
}

/// Where a part of a document is used, as far as it says so itself. Services have profiles.
pub(super) fn environment_of_part(nodes: &Nodes<'_>, part: NodeId, service: bool) -> Option<Environment> {
    let of = |name: &str| environment_of(nodes, nodes.member(part, name)?);
    let word = |name: &str| Environment::of_word(nodes.scalar(nodes.member(part, name)?)?);
    let of_service = || ["environment", "profiles", "stage"].iter().find_map(|name| of(name));
    if service { of_service() } else { ["environment", "deployment"].iter().find_map(|name| word(name)) }
}

/// The environment that a node names: `production`, `prod-llm`, `{name: production}`, `[prod]`.
pub(super) fn environment_of(nodes: &Nodes<'_>, node: NodeId) -> Option<Environment> {
    if let Some(&item) = nodes.items(node).first() {
        return words_of(nodes.scalar(item)?);
    }
    let node = nodes.member(node, "name").unwrap_or(node);
    words_of(nodes.scalar(node)?)
}

fn words_of(text: &str) -> Option<Environment> {
    let text = text.to_ascii_lowercase();
    // `!prod` is every other profile.
    if text.contains('!') {
        return None;
    }
    text.split(|char: char| !char.is_ascii_alphanumeric()).find_map(Environment::of_word)
}

/// The environment that a map is for by its name: one of several such maps side by side (`beside`), or a name that says
/// nothing else.
pub(super) fn environment_of_key(key: &str, beside: bool) -> Option<Environment> {
    let word = key.strip_prefix('%').unwrap_or(key);
    let plain = matches!(word, "production" | "prod" | "staging" | "development");
    let named = matches!(word, "test" | "testing" | "dev" | "develop" | "prd" | "stage" | "stg" | "preprod" | "local");
    if plain || (beside || word != key) && named { Environment::of_word(word) } else { None }
}
