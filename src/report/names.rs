//! Names of roots that tell them apart.

use crate::model::RootInfo;

/// One name per root: its own, and from the second root of the same name on with `#2`, `#3` … behind it.
pub(super) fn unique_names(roots: &[RootInfo]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(roots.len());
    for root in roots {
        let mut name = root.name.clone();
        let mut number = 1;
        while names.contains(&name) {
            number += 1;
            name = format!("{}#{number}", root.name);
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::unique_names;
    use crate::model::RootInfo;

    #[test]
    fn repeated_names_are_numbered() {
        let roots = ["app", "lib", "app", "app#2", "app"].map(|name| RootInfo {
            path: String::new(),
            name: name.to_owned(),
            commit: None,
            root_commit: None,
            shallow: false,
        });
        assert_eq!(unique_names(&roots), ["app", "lib", "app#2", "app#2#2", "app#3"]);
    }
}
