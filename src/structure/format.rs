//! How a file is written, by its name and, where that does not tell, by how it begins.

/// A way to write a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Format {
    /// `NAME=value` lines.
    Dotenv,
    /// YAML.
    Yaml,
    /// JSON, with comments and trailing commas or without.
    Json,
    /// A Jupyter notebook.
    Notebook,
    /// TOML.
    Toml,
    /// Sections of `name = value` lines, systemd units and `.reg` files among them.
    Ini,
    /// Java properties.
    Properties,
    /// Terraform and other HCL.
    Hcl,
    /// XML, property lists.
    Xml,
    /// Blocks of directives: nginx.
    Nginx,
    /// HAProxy.
    Haproxy,
    /// A Caddyfile.
    Caddyfile,
    /// A Dockerfile.
    Dockerfile,
    /// A crontab or a Procfile: commands in lines of their own.
    Commands,
    /// A Makefile, a justfile.
    Makefile,
    /// A document with blocks of code: Markdown, reStructuredText, AsciiDoc.
    Document,
    /// A database dump.
    Sql,
    /// A table as text: CSV, TSV.
    Table,
    /// Requests in a text file: `.http`, `.rest`.
    Requests,
    /// A request or an environment of Bruno.
    Bruno,
    /// Shell scripts, PowerShell and batch files.
    Shell(Shell),
    /// A programming language.
    Code(Language),
}

/// A language of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shell {
    /// sh and its relatives.
    Posix,
    /// PowerShell.
    Power,
    /// cmd.
    Batch,
}

/// A programming language, as far as its reading differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Language {
    /// Python: blocks by indentation.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Go.
    Go,
    /// Java, Groovy.
    Java,
    /// Kotlin, Scala.
    Kotlin,
    /// C#.
    CSharp,
    /// C and C++.
    C,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Rust.
    Rust,
    /// Swift.
    Swift,
    /// Dart.
    Dart,
    /// Lua.
    Lua,
    /// Emacs Lisp and its relatives.
    Lisp,
    /// Perl.
    Perl,
    /// R.
    R,
    /// Julia.
    Julia,
    /// Elixir.
    Elixir,
    /// Nim.
    Nim,
    /// F#, Haskell, OCaml: functions called without brackets, blocks by indentation.
    Ml,
    /// Visual Basic.
    Basic,
}

impl Language {
    /// The language in whose words a file of this one is read.
    pub(super) fn read_as(self) -> Self {
        match self {
            Self::Perl => Self::Php,
            Self::R => Self::JavaScript,
            Self::Julia | Self::Basic => Self::Lua,
            Self::Elixir => Self::Ruby,
            Self::Nim | Self::Ml => Self::Python,
            _ => self,
        }
    }

    /// The language in whose tokens a file of this one is read.
    pub(super) fn lexed_as(self) -> Self {
        match self {
            Self::Perl => Self::Php,
            Self::R | Self::Julia | Self::Elixir | Self::Nim | Self::Ml | Self::Basic => Self::Python,
            _ => self,
        }
    }
}

impl Format {
    /// The format of a file with this path, forward slashes, that begins with `head`; none where no reader fits.
    pub(super) fn of(path: &str, head: &[u8]) -> Option<Self> {
        let name = path.rsplit(['/', '!']).next().unwrap_or(path).to_ascii_lowercase();
        if (name.ends_with(".cfg") || name.ends_with(".conf")) && Self::is_haproxy(head) {
            return Some(Self::Haproxy);
        }
        Self::of_name(&name)
            .or_else(|| {
                // The twin of a config: `config.yaml.example`, `.env.bak`, `settings.json~`.
                let stem = name.trim_end_matches('~');
                let twin =
                    [".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".bak", ".backup", ".old", ".orig"];
                let twin = twin.iter().find_map(|ending| stem.strip_suffix(ending));
                twin.or_else(|| stem.strip_suffix(".j2")).or_else(|| stem.strip_suffix(".erb")).and_then(Self::of_name)
            })
            // Many things are called `.config`.
            .filter(|&format| {
                format != Self::Xml || head.trim_ascii_start().starts_with(b"<") || head.first() >= Some(&0x80)
            })
            .or_else(|| Self::of_head(head))
            .or_else(|| Self::of_lines(&name, head))
    }

    /// Settings whose file is called anything: `app.conf`, `/etc/default/app`.
    fn of_lines(name: &str, head: &[u8]) -> Option<Self> {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if !matches!(extension, "" | "conf" | "cnf" | "rc" | "hocon" | "vars" | "environment" | "default") {
            return None;
        }
        let lines = || super::lines::lines(head, super::lines::start(head)..head.len().min(4096));
        let lines = lines().map(|line| head[line].trim_ascii());
        let settings: Vec<&[u8]> =
            lines.filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b";")).collect();
        // The last line may be cut off.
        let (_, whole) = settings.split_last().filter(|_| head.len() > 4096).unwrap_or((&&b""[..], &settings));
        let name = |line: &[u8]| {
            let end = memchr::memchr(b'=', line)?;
            Some(line[..end].strip_prefix(b"export ").unwrap_or(&line[..end]).trim_ascii().to_vec())
        };
        let plain = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte));
        let names: Option<Vec<Vec<u8>>> = whole.iter().map(|line| name(line).filter(|name| plain(name))).collect();
        match names {
            Some(names) if names.is_empty() => None,
            Some(names) if names.iter().all(|name| super::lines::is_name(name)) => Some(Self::Dotenv),
            Some(_) => Some(Self::Ini),
            // Blocks with assignments in them, such as HOCON.
            None => whole.iter().any(|line| line.ends_with(b"{")).then_some(Self::Hcl),
        }
    }

    /// Whether sections begin as those of HAProxy do.
    fn is_haproxy(head: &[u8]) -> bool {
        let head = &head[..head.len().min(4096)];
        let mut lines = super::lines::lines(head, 0..head.len()).map(|line| &head[line]);
        lines.any(|line| {
            let words = line.trim_ascii_end().split(|byte| *byte == b' ').count();
            words == 2 && [&b"frontend "[..], b"backend ", b"listen "].iter().any(|word| line.starts_with(word))
        })
    }

    fn of_name(name: &str) -> Option<Self> {
        use Language::{C, CSharp, Dart, Go, Java, JavaScript, Kotlin, Lisp, Lua, Php, Python, Ruby, Rust, Swift};
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        if name.starts_with(".env")
            || name.ends_with(".env")
            || name == ".dev.vars"
            || name == ".flaskenv"
            || name == "env"
        {
            return Some(Self::Dotenv);
        }
        if stem == "dockerfile"
            || extension == "dockerfile"
            || name.starts_with("dockerfile")
            || name.starts_with("containerfile")
        {
            return Some(Self::Dockerfile);
        }
        if name.starts_with("haproxy") && matches!(extension, "cfg" | "conf") {
            return Some(Self::Haproxy);
        }
        if name.starts_with("caddyfile") || extension == "caddyfile" {
            return Some(Self::Caddyfile);
        }
        if name.starts_with("nginx") && matches!(extension, "conf" | "template" | "nginx") || extension == "nginx" {
            return Some(Self::Nginx);
        }
        Some(match extension {
            "yml" | "yaml" => Self::Yaml,
            "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "har" | "tfstate" | "webmanifest" | "code-workspace" => {
                Self::Json
            }
            "ipynb" => Self::Notebook,
            "toml" => Self::Toml,
            "ini" | "cfg" | "service" | "timer" | "socket" | "reg" | "editorconfig" | "desktop" | "inf" => Self::Ini,
            "properties" | "xcconfig" => Self::Properties,
            "tf" | "tfvars" | "hcl" | "nomad" | "tofu" => Self::Hcl,
            "xml" | "plist" | "csproj" | "config" | "resx" | "props" | "targets" | "svg" => Self::Xml,
            "mk" => Self::Makefile,
            "md" | "markdown" | "mdx" | "rst" | "adoc" | "asciidoc" => Self::Document,
            "sql" => Self::Sql,
            "csv" | "tsv" => Self::Table,
            "http" | "rest" => Self::Requests,
            "sh" | "bash" | "zsh" | "fish" | "ksh" | "csh" | "tcsh" | "cshrc" | "command" | "envrc" | "profile"
            | "bashrc" | "zshrc" => Self::Shell(Shell::Posix),
            "bru" => Self::Bruno,
            "ps1" | "psm1" | "psd1" => Self::Shell(Shell::Power),
            "bat" | "cmd" => Self::Shell(Shell::Batch),
            "py" | "pyi" | "pyw" => Self::Code(Python),
            "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "vue" | "svelte" | "astro" | "html"
            | "htm" => Self::Code(JavaScript),
            "go" => Self::Code(Go),
            "java" | "groovy" | "gradle" | "jenkinsfile" => Self::Code(Java),
            "kt" | "kts" | "scala" | "sc" | "sbt" => Self::Code(Kotlin),
            "cs" => Self::Code(CSharp),
            "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "m" | "mm" => Self::Code(C),
            "rb" | "erb" | "rake" | "gemspec" | "cr" => Self::Code(Ruby),
            "pl" | "pm" | "t" | "cgi" => Self::Code(Language::Perl),
            "r" | "rprofile" => Self::Code(Language::R),
            "jl" => Self::Code(Language::Julia),
            "ex" | "exs" => Self::Code(Language::Elixir),
            "nim" | "nims" => Self::Code(Language::Nim),
            "fs" | "fsx" | "fsi" | "hs" | "ml" | "mli" => Self::Code(Language::Ml),
            "vb" | "vbs" | "bas" | "cls" | "frm" => Self::Code(Language::Basic),
            "php" | "phtml" => Self::Code(Php),
            "rs" | "zig" => Self::Code(Rust),
            "swift" => Self::Code(Swift),
            "dart" => Self::Code(Dart),
            "lua" => Self::Code(Lua),
            "el" | "lisp" | "clj" | "cljs" | "edn" | "scm" => Self::Code(Lisp),
            _ => match name {
                "jenkinsfile" => Self::Code(Java),
                "crontab" | "procfile" => Self::Commands,
                "makefile" | "gnumakefile" | "justfile" => Self::Makefile,
                "supervisord.conf" | ".gitconfig" | ".npmrc" | ".pypirc" => Self::Ini,
                ".zshenv" | ".bash_profile" | ".bash_login" | ".bash_aliases" | ".zprofile" | ".zlogin" => {
                    Self::Shell(Shell::Posix)
                }
                _ => return None,
            },
        })
    }

    /// Files whose name does not tell: `conf` may be anything.
    fn of_head(head: &[u8]) -> Option<Self> {
        let head = &head[..head.len().min(4096)];
        let text = head.trim_ascii_start();
        if text.starts_with(b"#!") {
            let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
            return Some(match () {
                () if has(b"python") => Self::Code(Language::Python),
                () if has(b"node") || has(b"deno") || has(b"bun") => Self::Code(Language::JavaScript),
                () if has(b"ruby") => Self::Code(Language::Ruby),
                () if has(b"perl") => Self::Code(Language::Perl),
                () if has(b"Rscript") => Self::Code(Language::R),
                () if has(b"php") => Self::Code(Language::Php),
                () if has(b"pwsh") => Self::Shell(Shell::Power),
                () if has(b"sh") => Self::Shell(Shell::Posix),
                () => return None,
            });
        }
        let first = text.first()?;
        let lines = || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        match first {
            b'{' => Some(Self::Json),
            b'[' if lines()
                .next()
                .is_some_and(|line| line.len() > 2 && line.ends_with(b"]") && !line.contains(&b'"')) =>
            {
                Some(Self::Ini)
            }
            b'[' => Some(Self::Json),
            b'<' if text.starts_with(b"<?xml") || text.starts_with(b"<plist") => Some(Self::Xml),
            _ => {
                let blocks = lines().any(|line| line.ends_with(b"{"));
                let directives = lines().any(|line| line.ends_with(b";"));
                let sections = lines().any(|line| line.starts_with(b"[") && line.ends_with(b"]"));
                match (blocks && directives, sections) {
                    (true, _) => Some(Self::Nginx),
                    (_, true) => Some(Self::Ini),
                    _ => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings_tell_the_format() {
        let table: &[(&str, &str, Option<Format>)] = &[
            (".env.production", "", Some(Format::Dotenv)),
            ("a/prod.env", "", Some(Format::Dotenv)),
            ("docker-compose.yml", "", Some(Format::Yaml)),
            ("values.yaml.example", "", Some(Format::Yaml)),
            ("Dockerfile.prod", "", Some(Format::Dockerfile)),
            ("app.service", "", Some(Format::Ini)),
            ("main.tf", "", Some(Format::Hcl)),
            ("Caddyfile", "", Some(Format::Caddyfile)),
            ("conf.d/proxy.conf", "server {\n  listen 80;\n}", Some(Format::Nginx)),
            ("supervisor/app.conf", "[program:a]\ncommand=x", Some(Format::Ini)),
            ("bin/run", "#!/usr/bin/env python3\n", Some(Format::Code(Language::Python))),
            ("bin/run", "#!/bin/bash\n", Some(Format::Shell(Shell::Posix))),
            ("config", "{\"a\": 1}", Some(Format::Json)),
            ("README.md", "# a", Some(Format::Document)),
            ("etc/default/app", "# x\nA_KEY=1\nexport B=2\n", Some(Format::Dotenv)),
            ("etc/app.conf", "a.key = 1\n", Some(Format::Ini)),
            ("application.conf", "a {\n  key = \"v\"\n}\n", Some(Format::Hcl)),
            ("etc/lb.cfg", "global\n  daemon\nbackend api\n  server a b:1\n", Some(Format::Haproxy)),
            ("chat.bru", "", Some(Format::Bruno)),
            ("notes", "some text", None),
        ];
        for (path, head, wanted) in table {
            assert_eq!(Format::of(path, head.as_bytes()), *wanted, "{path}");
        }
    }
}
