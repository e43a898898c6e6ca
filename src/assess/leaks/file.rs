//! A path in parts, for lists that say what lies where.

/// The path of a file in lower case; inside a container that of the member.
pub(super) struct FilePath {
    lower: String,
    /// Where the path inside the innermost container begins.
    inner: usize,
}

impl FilePath {
    /// Forward slashes; `!` parts a container from its member.
    pub(super) fn new(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let inner = lower.rfind('!').map_or(0, |at| at + 1);
        Self { lower, inner }
    }

    /// The file's name.
    pub(super) fn name(&self) -> &str {
        self.inner().rsplit('/').next().unwrap_or_default()
    }

    /// What stands behind the last dot of the name; nothing for a name such as `.env`.
    pub(super) fn extension(&self) -> &str {
        match self.name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension,
            _ => "",
        }
    }

    /// The folders, outermost first.
    pub(super) fn folders(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.inner().split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        parts.pop();
        parts
    }

    /// The folders behind a sequence of folders such as `.claude/projects`, where the file lies below one; of several the
    /// outermost.
    pub(super) fn behind(&self, sequence: &str) -> Option<Vec<&str>> {
        let folders = self.folders();
        let wanted: Vec<&str> = sequence.split('/').collect();
        let at = folders.windows(wanted.len()).position(|some| some == wanted)?;
        Some(folders[at + wanted.len()..].to_vec())
    }

    /// Whether the file lies in or below a sequence of folders.
    pub(super) fn is_below(&self, sequence: &str) -> bool {
        self.behind(sequence).is_some()
    }

    /// The containers around the file, outermost first.
    pub(super) fn containers(&self) -> impl Iterator<Item = &str> {
        self.lower[..self.inner].split('!').filter(|part| !part.is_empty())
    }

    fn inner(&self) -> &str {
        &self.lower[self.inner..]
    }
}

/// Whether a name fits a pattern, in which `*` stands for any text.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let (inner, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in inner.split('*') {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        let file = FilePath::new("A/b.zip!C/./d/e.F.JS");
        assert_eq!((file.name(), file.extension()), ("e.f.js", "js"));
        assert_eq!(file.folders(), ["c", "d"]);
        assert_eq!(file.containers().collect::<Vec<_>>(), ["a/b.zip"]);
        assert!(file.is_below("c/d") && file.is_below("d") && !file.is_below("a") && !file.is_below("d/e.f.js"));
        assert_eq!(FilePath::new("a/b/c/d.txt").behind("a/b"), Some(vec!["c"]));
        assert_eq!(FilePath::new(".env").extension(), "");
        assert_eq!(FilePath::new("").name(), "");
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (name, pattern) in [
            ("a.log", "*.log"),
            ("npm-debug.log.12", "npm-debug.log*"),
            ("x", "*"),
            ("ab", "a*b"),
            ("a.log.1", "*.log.*"),
            ("a.b.c", "a.*.c"),
            ("x.json", "*.json*"),
        ] {
            assert!(fits(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in
            [("a", "a*a"), ("blog", "*.log"), ("x", "y"), ("xy", "x"), ("a.log", "*.log.*"), ("", "*x*")]
        {
            assert!(!fits(name, pattern), "{name} {pattern}");
        }
    }
}
