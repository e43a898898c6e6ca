//! What a map takes from elsewhere, told by the names of its entries: files of settings, objects of the cluster, the
//! service or the job that it extends.

use crate::model::{ScopeId, Used};

use super::nodes::NodeId;
use super::walk::{Task, Walk};

/// Longer values are not searched for the names of others.
const LONGEST_TEMPLATE: usize = 500;

/// Longer lists of generators are not compared.
const MOST_GENERATORS: usize = 200;

/// Words of templates that are no names of settings.
const FUNCTIONS: [&str; 12] =
    ["b64enc", "default", "env", "file", "include", "lookup", "opt", "quote", "required", "self", "template", "toYaml"];

/// What serverless takes names from: `${self:custom.key}`.
const SOURCES: [&str; 6] = ["env", "file", "opt", "param", "self", "ssm"];

impl Walk<'_, '_> {
    /// What an entry takes from elsewhere by its name.
    pub(super) fn refer(&mut self, task: Task, name: &str, value: NodeId, scope: ScopeId) {
        let nodes = self.nodes;
        match name {
            "env_file" | "env-file" | "envFile" | "envs" | "dotenv" => self.files(value, scope),
            "useDotenv" if nodes.scalar(value) == Some("true") => {
                self.tree.uses(scope, Used::File(".env".to_owned()));
            }
            "envFrom" => {
                for &item in nodes.items(value) {
                    let source = nodes.entries(item).iter().filter_map(|&(_, source)| nodes.member(source, "name"));
                    source.for_each(|name| self.object_used(scope, name));
                }
            }
            "secretKeyRef" | "configMapKeyRef" | "secretRef" | "configMapRef" => self.part_used(scope, value),
            name if name.ends_with("SecretRef") || name.ends_with("SecretKeyRef") => self.part_used(scope, value),
            // A volume is there for all of its workload.
            "configMap" => {
                if let Some(name) = nodes.member(value, "name") {
                    self.object_used(task.owner, name);
                }
            }
            "secretName" => self.object_used(task.owner, value),
            "existingSecret" | "existingSecretName" => self.object_used(scope, value),
            "env" if nodes.scalar(value).is_some_and(|value| value.ends_with("env")) => self.files(value, scope),
            "Ref" | "Fn::Sub" | "Fn::GetAtt" => self.template_used(scope, value),
            // A service of another file.
            "extends" if nodes.member(value, "file").is_some() => {
                if let Some(service) = nodes.member(value, "service") {
                    self.object_used(scope, service);
                }
            }
            "extends" => {
                let one = nodes.member(value, "service").unwrap_or(value);
                let several = nodes.items(value).iter().chain(Some(&one));
                let names = several.filter_map(|&name| nodes.scalar(name));
                let taken = names.filter_map(|name| self.extended.get(name));
                self.later.extend(taken.map(|&taken| (scope, taken)));
            }
            _ => {}
        }
    }

    /// `variables: !reference [.relay, variables]` of GitLab: what a job has there.
    pub(super) fn referenced(&mut self, task: Task, way: &[NodeId]) {
        let nodes = self.nodes;
        let names: Option<Vec<&str>> = way.iter().take(10).map(|&name| nodes.scalar(name)).collect();
        let Some((first, rest)) = names.as_deref().and_then(<[&str]>::split_first) else { return };
        let job = self.extended.get(first).copied();
        let taken = job.and_then(|job| if rest.is_empty() { Some(job) } else { nodes.lookup(job, rest) });
        self.later.extend(taken.map(|taken| (task.parent, nodes.meant(taken))));
    }

    /// What a generator of Secrets takes from the generators of ConfigMaps beside it: those of its name, or the only one.
    pub(super) fn take_generated(&mut self, node: NodeId, scope: ScopeId) {
        let nodes = self.nodes;
        let of = |name: &str| nodes.member(self.root, name).map_or(&[][..], |list| nodes.items(list));
        let name = |item: NodeId| nodes.member(item, "name").and_then(|name| nodes.scalar(name));
        let (secrets, maps) = (of("secretGenerator"), of("configMapGenerator"));
        if secrets.len() > MOST_GENERATORS || !secrets.contains(&node) {
            return;
        }
        let mut taken: Vec<NodeId> = maps.iter().copied().filter(|&map| name(map) == name(node)).collect();
        if let (true, [only]) = (taken.is_empty(), maps) {
            taken.push(*only);
        }
        self.later.extend(taken.into_iter().map(|taken| (scope, taken)));
    }

    /// Files of settings: one, several, or maps with a path.
    fn files(&mut self, value: NodeId, scope: ScopeId) {
        let nodes = self.nodes;
        for &item in nodes.items(value).iter().chain(Some(&value)) {
            let path = nodes.member(item, "path").unwrap_or(item);
            if let Some(path) = nodes.scalar(path).filter(|path| !path.is_empty()) {
                self.tree.uses(scope, Used::File(path.to_owned()));
            }
        }
    }

    /// The source of a value that stands in an object: `valueFrom: {secretKeyRef: {name, key}}`.
    pub(super) fn value_from(&mut self, map: NodeId, scope: ScopeId) {
        for way in [["valueFrom", "secretKeyRef"], ["valueFrom", "configMapKeyRef"]] {
            let Some(source) = self.nodes.lookup(map, &way) else { continue };
            self.part_used(scope, source);
        }
    }

    /// An object of the cluster, or the one setting of it that is chosen: `{name, key}`.
    fn part_used(&mut self, scope: ScopeId, source: NodeId) {
        let nodes = self.nodes;
        let part = |name: &str| nodes.scalar(nodes.member(source, name)?).filter(|part| !part.is_empty());
        let Some(object) = part("name").map(str::to_owned) else { return };
        let used = match part("key") {
            Some(setting) => Used::Member { object, setting: setting.to_owned() },
            None => Used::Object(object),
        };
        self.tree.uses(scope, used);
    }

    /// The parameters in a text of CloudFormation: `Name`, `Name.Arn`, `https://${Name}/v1`.
    pub(super) fn template_used(&mut self, scope: ScopeId, value: NodeId) {
        let text = self.nodes.scalar(value).unwrap_or_default();
        let word = |text: &str| text.split(['.', '}', ' ']).next().unwrap_or_default().to_owned();
        if !text.contains(['$', '/', ':']) {
            self.tree.uses(scope, Used::Name(word(text)));
        }
        for part in text.split("${").skip(1).take(20) {
            self.tree.uses(scope, Used::Name(word(part)));
        }
    }

    /// The settings that a value takes by name: `{{ openai_key }}`, `${openai.api-key:…}`, `${self:custom.openai.key}`.
    /// Names of environment variables are known to the tree.
    pub(super) fn references(&mut self, scope: ScopeId, value: NodeId) {
        let text = self.nodes.scalar(value).filter(|text| text.len() <= LONGEST_TEMPLATE).unwrap_or_default();
        for (start, end) in [("{{", "}}"), ("${", "}")] {
            for part in text.split(start).skip(1) {
                let Some((inside, _)) = part.split_once(end) else { continue };
                // Behind a name stands its default, behind a source the name.
                let inside = match inside.split_once(':') {
                    Some((source, name)) if SOURCES.contains(&source) => name,
                    Some((name, _)) => name,
                    None => inside,
                };
                let words =
                    inside.split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')));
                let words = words.map(|word| word.trim_matches(['.', '-']));
                for word in words.filter(|word| word.len() > 2 && !FUNCTIONS.contains(word)) {
                    // A context of a workflow is not where the setting stands: it may be that of a job.
                    let word = word.strip_prefix("env.").unwrap_or(word);
                    // The setting, and the map that it is in.
                    let begin = word.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
                    self.tree.uses(scope, Used::Name(word[begin..].to_owned()));
                }
            }
        }
    }

    pub(super) fn object_used(&mut self, scope: ScopeId, name: NodeId) {
        if let Some(name) = self.nodes.scalar(name).filter(|name| !name.is_empty()) {
            self.tree.uses(scope, Used::Object(name.to_owned()));
        }
    }
}
