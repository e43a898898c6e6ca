//! To which package a folder belongs: the nearest one whose manifest lies in it or above it.
//!
//! Not every manifest makes a package of its own. What was copied or built (`node_modules`, `dist`) belongs to the package
//! that has it, and so do folders in which a package keeps what it is deployed with (`docker/Dockerfile`, `chart/`) or its
//! scripts. A folder of another name that holds deployment files alone is a service, but a part of the package around it:
//! what that package sets is set for the service as well.

use super::names;

/// Folders that hold copies of packages wherever they lie.
const COPIES: &[&str] = &[
    ".next",
    ".nuxt",
    ".output",
    ".svelte-kit",
    ".venv",
    ".yarn",
    "bower_components",
    "node_modules",
    "site-packages",
    "venv",
];

/// Folders that hold copies where they lie at the top of a package.
const OUTPUTS: &[&str] = &["build", "dist", "out", "output", "target", "third_party", "vendor"];

/// Folders in which a package keeps what it is deployed with.
const DEPLOYMENT: &[&str] = &[
    ".ci",
    ".devcontainer",
    ".docker",
    "build",
    "chart",
    "charts",
    "ci",
    "compose",
    "container",
    "containers",
    "deploy",
    "deployment",
    "deployments",
    "deploys",
    "dev",
    "devcontainer",
    "development",
    "docker",
    "helm",
    "infra",
    "infrastructure",
    "k8s",
    "kubernetes",
    "local",
    "ops",
    "prod",
    "production",
    "staging",
];

/// Folders at the top of a package that are parts of it, whatever manifests they have.
const PARTS: &[&str] = &["android", "hack", "ios", "macos", "script", "scripts", "src-tauri"];

/// What the files of a folder say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// A manifest of source code.
    source: bool,
    /// A file that says how something is built into an image or run.
    deployment: bool,
    /// A `project.json`, which makes a package in a workspace that has them.
    project: bool,
    /// The mark of such a workspace.
    workspace: bool,
}

impl Marks {
    /// Takes a file into account.
    pub(super) fn add(&mut self, name: &[u8]) {
        self.deployment |= names::is_deployment(name);
        self.source |= names::is_manifest(name);
        self.project |= name == b"project.json";
        self.workspace |= name == b"nx.json";
    }
}

/// What a folder belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Package<P> {
    /// Where the package lies.
    pub(super) root: Option<P>,
    /// The package that this one is a part of.
    pub(super) part_of: Option<P>,
    /// Whether the folder is the package's root, or one of those with deployment files right below it.
    at_top: bool,
    /// Whether the package has a manifest of source code.
    has_source: bool,
    /// Whether nothing below is another package.
    whole: bool,
    in_workspace: bool,
}

impl<P: Clone> Package<P> {
    /// The folder with these marks where nothing is known of what lies above.
    pub(super) fn top(marks: Marks, here: impl FnOnce() -> P) -> Self {
        let is_package = marks.source || marks.deployment;
        Self {
            root: is_package.then(here),
            part_of: None,
            at_top: is_package,
            has_source: marks.source,
            whole: false,
            in_workspace: marks.workspace,
        }
    }

    /// The folder with this name and these marks, in one that is known.
    pub(super) fn enter(&self, name: &[u8], marks: Marks, here: impl FnOnce() -> P) -> Self {
        let name = std::str::from_utf8(name).unwrap_or_default().to_ascii_lowercase();
        let is_one_of = |list: &[&str]| list.contains(&name.as_str());
        let mut inside = self.clone();
        inside.at_top = false;
        inside.in_workspace |= marks.workspace;
        let source = marks.source || (marks.project && inside.in_workspace);
        let of_package = self.at_top && is_one_of(DEPLOYMENT) && !source;
        let own = self.at_top && (is_one_of(PARTS) || (is_one_of(OUTPUTS) && !of_package));
        inside.whole |= own || is_one_of(COPIES);
        if inside.whole {
            return inside;
        }
        if of_package {
            inside.at_top = true;
            return inside;
        }
        if source || marks.deployment {
            let around = if self.has_source { self.root.clone() } else { self.part_of.clone() };
            inside.part_of = around.filter(|_| !source);
            inside.root = Some(here());
            inside.at_top = true;
            inside.has_source = source;
        }
        inside
    }

    /// The package of a file by its path from the top of a tree. Paths of packages have no slash at their end; the top's
    /// is empty.
    pub(super) fn of_file<'p>(path: &'p [u8], mut marks: impl FnMut(&'p [u8]) -> Marks) -> Package<&'p [u8]> {
        let mut inside = Package::top(marks(b""), || &path[..0]);
        let mut start = 0;
        while let Some(length) = path[start..].iter().position(|&byte| byte == b'/') {
            let folder = &path[..start + length];
            inside = inside.enter(&path[start..start + length], marks(folder), || folder);
            start += length + 1;
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The package of a file and the one that it is a part of, among these files.
    fn of(file: &'static str, files: &[&str]) -> (Option<String>, Option<String>) {
        let package = Package::<&[u8]>::of_file(file.as_bytes(), |folder| {
            let folder = std::str::from_utf8(folder).unwrap();
            let mut marks = Marks::default();
            for file in files {
                let (parent, name) = file.rsplit_once('/').unwrap_or(("", file));
                if parent == folder {
                    marks.add(name.as_bytes());
                }
            }
            marks
        });
        let text = |path: Option<&[u8]>| path.map(|path| String::from_utf8(path.to_vec()).unwrap());
        (text(package.root), text(package.part_of))
    }

    /// A file, the files there are, its package and what that one is a part of.
    type Row<'r> = (&'static str, &'r [&'r str], Option<&'r str>, Option<&'r str>);

    fn check(rows: &[Row<'_>]) {
        for (file, files, root, part_of) in rows {
            let found = of(file, files);
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (*root, *part_of), "{file} among {files:?}");
        }
    }

    #[test]
    fn the_nearest_manifest_makes_a_package() {
        check(&[
            ("a.ts", &["package.json"], Some(""), None),
            ("src/deep/a.ts", &["package.json"], Some(""), None),
            ("apps/web/src/a.ts", &["package.json", "apps/web/package.json"], Some("apps/web"), None),
            ("a.ts", &["README.md"], None, None),
            ("web/a.ts", &["web/Dockerfile", "api/Dockerfile"], Some("web"), None),
        ]);
    }

    #[test]
    fn deployment_files_belong_to_the_package_that_they_deploy() {
        check(&[
            ("docker/x", &["package.json", "docker/Dockerfile"], Some(""), None),
            ("docker/x", &["docker-compose.yml", "docker/Dockerfile"], Some(""), None),
            ("deploy/docker-compose.yml", &["go.mod", "deploy/docker-compose.yml"], Some(""), None),
            ("deploy/prod/compose.yml", &["go.mod", "deploy/prod/compose.yml"], Some(""), None),
            ("chart/values.yaml", &["package.json", "chart/Chart.yaml"], Some(""), None),
            (
                "apps/web/docker/x",
                &["package.json", "apps/web/package.json", "apps/web/docker/Dockerfile"],
                Some("apps/web"),
                None,
            ),
            ("scripts/a.py", &["package.json", "scripts/requirements.txt"], Some(""), None),
            ("android/app/x", &["pubspec.yaml", "android/app/build.gradle"], Some(""), None),
            // A folder with a name of its own is a service, and one with source code in any case.
            ("services/mail/x", &["package.json", "services/mail/Dockerfile"], Some("services/mail"), Some("")),
            ("charts/mail/x", &["package.json", "charts/mail/Chart.yaml"], Some("charts/mail"), Some("")),
            ("services/mail/x", &["compose.yml", "services/mail/Dockerfile"], Some("services/mail"), None),
            ("infra/x", &["package.json", "infra/package.json"], Some("infra"), None),
            ("apps/docker/x", &["package.json", "apps/docker/Dockerfile"], Some("apps/docker"), Some("")),
            ("apps/scripts/x", &["package.json", "apps/scripts/package.json"], Some("apps/scripts"), None),
            ("docker/x", &["docker/Dockerfile"], Some("docker"), None),
        ]);
    }

    #[test]
    fn copies_are_no_packages() {
        check(&[
            ("node_modules/y/a.js", &["package.json", "node_modules/y/package.json"], Some(""), None),
            ("node_modules/y/a.js", &["node_modules/y/package.json"], None, None),
            ("dist/.env", &["package.json", "dist/package.json"], Some(""), None),
            ("build/.env", &["package.json", "build/package.json"], Some(""), None),
            (".next/standalone/.env", &["package.json", ".next/standalone/package.json"], Some(""), None),
            ("vendor/h/a/b/c.go", &["go.mod", "vendor/h/a/b/go.mod"], Some(""), None),
            // Not at the top of a package these are names as good as others.
            ("packages/vendor/.env", &["package.json", "packages/vendor/package.json"], Some("packages/vendor"), None),
            ("vendor/.env", &["vendor/package.json", "shop/package.json"], Some("vendor"), None),
            ("distribution/.env", &["package.json", "distribution/package.json"], Some("distribution"), None),
        ]);
    }

    #[test]
    fn a_project_file_makes_a_package_in_its_workspace_alone() {
        check(&[
            ("apps/a/.env", &["nx.json", "package.json", "apps/a/project.json"], Some("apps/a"), None),
            ("apps/a/.env", &["package.json", "apps/a/project.json"], Some(""), None),
            ("data/.env", &["data/project.json"], None, None),
        ]);
    }
}
