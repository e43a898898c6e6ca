//! What a map takes from elsewhere, told by the names of its entries: files of settings, objects of the cluster, the
//! service or the job that it extends.

use crate::model::{ScopeId, Used};

use super::nodes::NodeId;
use super::shapes::Shape;
use super::walk::{Task, Walk};

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
            "secretKeyRef" | "configMapKeyRef" | "secretRef" | "configMapRef" => {
                if let Some(name) = nodes.member(value, "name") {
                    self.object_used(scope, name);
                }
            }
            // A volume is there for all of its workload.
            "configMap" => {
                if let Some(name) = nodes.member(value, "name") {
                    self.object_used(task.owner, name);
                }
            }
            "existingSecret" | "existingSecretName" | "secretName" | "fromGroup" if nodes.scalar(value).is_some() => {
                self.object_used(task.owner, value);
            }
            "extends" => {
                let around = match self.shape {
                    Shape::Compose => nodes.member(self.root, "services"),
                    _ => Some(self.root),
                };
                let one = nodes.member(value, "service").unwrap_or(value);
                let several = nodes.items(value).iter().chain(Some(&one));
                let names = several.filter_map(|&name| nodes.scalar(name));
                let taken = names.filter_map(|name| nodes.member(around?, name));
                self.later.extend(taken.map(|taken| (scope, taken)));
            }
            _ => {}
        }
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

    pub(super) fn object_used(&mut self, scope: ScopeId, name: NodeId) {
        if let Some(name) = self.nodes.scalar(name).filter(|name| !name.is_empty()) {
            self.tree.uses(scope, Used::Object(name.to_owned()));
        }
    }
}
