//! The command line as typed. Nothing here decides anything: `resolve` turns it into options.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, ValueEnum};
use keyscan::config::{self, FailOn};
use keyscan::model::{Confidence, Environment, Limit, RuleId, Severity};
use keyscan::report::Format;

use super::command::Command;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above the gate (--fail-on, --fail-on-confidence)
  1  findings at or above the gate
  2  wrong usage or config, a missing path, an output that cannot be written
  3  something could not be read, and nothing that was read reached the gate

Nothing leaves this machine without --verify, --own-account or --probe, and no output holds a whole key.";

/// Finds OpenAI keys and the endpoints they are sent to: committed keys, keys sent to third parties, relays.
#[derive(Debug, Parser)]
#[command(name = "keyscan", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) scan: ScanArgs,
}

/// A scan.
#[derive(Debug, clap::Args)]
pub(super) struct ScanArgs {
    /// Folders and files to scan; - is standard input [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Scan what is staged and differs from the commit checked out, as a pre-commit hook wants it
    #[arg(long, group = "mode", help_heading = "Git")]
    pub(super) staged: bool,

    /// Also scan everything that the repositories hold: all versions of all files, messages, stashes, what was deleted
    #[arg(long, group = "mode", help_heading = "Git")]
    pub(super) history: bool,

    /// Scan what the commits of a range bring in: A..B, as git writes it
    #[arg(long, value_name = "A..B", group = "mode", help_heading = "Git")]
    pub(super) range: Option<String>,

    /// Scan what the commits behind a revision, or from a date on (2026-01-31), bring in
    #[arg(long, value_name = "REV|DATE", group = "mode", help_heading = "Git")]
    pub(super) since: Option<String>,

    /// Read objects that a repository borrows from elsewhere, outside the folders scanned
    #[arg(long, help_heading = "Git")]
    pub(super) follow_alternates: bool,

    /// Name that reports give to standard input; its extension tells how to read it
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(super) stdin_filename: Option<String>,

    /// Also scan the files listed in FILE, one a line; - reads the list from standard input
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) files_from: Option<PathBuf>,

    /// The list of --files-from is separated by NUL instead of line ends
    #[arg(short = '0', long, requires = "files_from", help_heading = "Input")]
    pub(super) null: bool,

    /// Leave out what matches (gitignore syntax, repeatable), tracked or not
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(super) exclude: Vec<String>,

    /// Read only files that match (gitignore syntax, repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(super) include: Vec<String>,

    /// Read git-ignored files and folders too
    #[arg(long, help_heading = "Input")]
    pub(super) no_ignore: bool,

    /// Outside git, judge files as if they were committed (build contexts, packages)
    #[arg(long, help_heading = "Input")]
    pub(super) assume_committed: bool,

    /// Files judged at a time [default: one for each core]
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_threads, help_heading = "Input")]
    pub(super) threads: Option<u16>,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    /// Policy file, instead of .keyscan.toml at the root of the repository [env: KEYSCAN_CONFIG]
    #[arg(short, long, value_name = "FILE", help_heading = "Policy")]
    pub(super) config: Option<PathBuf>,

    /// Use no policy file at all, not even the repository's own
    #[arg(long, conflicts_with = "config", help_heading = "Policy")]
    pub(super) no_config: bool,

    /// Let the findings wait that FILE lists, instead of .keyscan-baseline.json at the root of the repository
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub(super) baseline: Option<PathBuf>,

    /// Use no baseline, not even the repository's own
    #[arg(long, conflicts_with_all = ["baseline", "write_baseline"], help_heading = "Policy")]
    pub(super) no_baseline: bool,

    /// Write what is found to the baseline, so that it waits from now on, and take out what is gone
    #[arg(long, conflicts_with_all = ["trust", "untrusted"], help_heading = "Policy")]
    pub(super) write_baseline: bool,

    /// Changes by strangers: obey this commit (the base, such as origin/main) and not the scanned tree
    ///
    /// Config, baseline, .keyscanignore and rule files come from it, and an allow comment counts only if the commit has the
    /// same line at the same path. A --config or --baseline that lies in the tree is read from it too.
    #[arg(long, value_name = "REV", help_heading = "Policy")]
    pub(super) trust: Option<String>,

    /// Obey nothing in the scanned tree: no config, baseline, .keyscanignore, rule files or allow comments
    ///
    /// What --config and --baseline name counts, if it lies outside of the tree.
    #[arg(long, conflicts_with = "trust", help_heading = "Policy")]
    pub(super) untrusted: bool,

    /// What files are for where their path does not say; production raises severities one step
    #[arg(long, value_name = "NAME", value_parser = environments(), help_heading = "Policy")]
    pub(super) environment: Option<Environment>,

    /// Look at these rules alone, by their ids and separated by commas
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', value_parser = rule_ids(), help_heading = "Policy")]
    pub(super) only: Vec<RuleId>,

    /// Do not look at these rules, by their ids and separated by commas
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', value_parser = rule_ids(), help_heading = "Policy")]
    pub(super) except: Vec<RuleId>,

    /// File with at least 32 random bytes: fingerprints become HMAC-SHA-256 under it
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub(super) fingerprint_key: Option<PathBuf>,

    /// Ask the issuers of the keys that were found whether they work: sends each proven key to its issuer, and nowhere else
    ///
    /// Only keys whose structure proves their issuer are sent, each once, over TLS, in a header, to the issuer's own host
    /// that is built in: OpenAI, Anthropic, OpenRouter, Groq. How many go where is said before the first one goes.
    #[arg(long, help_heading = "Online")]
    pub(super) verify: bool,

    /// Ask your own OpenAI account whether it holds the keys that were found: lists it with its admin key, sends no found key
    ///
    /// The admin key is read from the variable KEYSCAN_ADMIN_KEY or from --admin-key-file. Masked keys are compared on this
    /// machine. Also tells whether spending has a limit.
    #[arg(long, help_heading = "Online")]
    pub(super) own_account: bool,

    /// File with the admin key for --own-account, and nothing else [env: KEYSCAN_ADMIN_KEY holds the key]
    #[arg(long, value_name = "FILE", requires = "own_account", help_heading = "Online")]
    pub(super) admin_key_file: Option<PathBuf>,

    /// Ask endpoints that no catalogue knows which software they run: a few plain requests, without any key
    ///
    /// Asked are the hosts that the scanned files use, and that are in no catalogue or self-hosted; addresses of the own machine
    /// and network are not. How many hosts that are is said before the first one is asked.
    #[arg(long, help_heading = "Online")]
    pub(super) probe: bool,

    /// With --probe: also ask addresses of the own machine and network
    #[arg(long, requires = "probe", help_heading = "Online")]
    pub(super) probe_private: bool,

    /// Ask through this proxy, http://HOST:PORT, or env for the one that HTTPS_PROXY names [default: none, whatever the variables say]
    #[arg(long, value_name = "URL|env", help_heading = "Online")]
    pub(super) online_proxy: Option<String>,

    /// Lowest severity that makes the exit code 1, or never [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = gate(), help_heading = "Gate")]
    pub(super) fail_on: Option<FailOn>,

    /// Lowest confidence that makes the exit code 1 [default: medium]
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidences(), help_heading = "Gate")]
    pub(super) fail_on_confidence: Option<Confidence>,

    /// Exit 0 instead of 1
    #[arg(long, help_heading = "Gate")]
    pub(super) exit_zero: bool,

    /// Exit 0 instead of 3; =false where the policy file says otherwise
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Gate")]
    pub(super) allow_incomplete: Option<bool>,

    /// human, json, jsonl, sarif, github, gitlab, junit, markdown, csv or html, to standard output or to FILE; repeatable [env: KEYSCAN_FORMAT] [default: human]
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = parse_format, help_heading = "Output")]
    pub(super) format: Vec<FormatArg>,

    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    /// Leave out findings below this severity [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), help_heading = "Output")]
    pub(super) min_severity: Option<Severity>,

    /// Also show what inline comments, the policy and the baseline let pass
    #[arg(long, help_heading = "Output")]
    pub(super) show_suppressed: bool,

    /// Say nothing but findings and errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,

    /// Show every place, all advice and what was not read, and say which policy was used
    #[arg(short, long, action = ArgAction::Count, help_heading = "Output")]
    pub(super) verbose: u8,

    /// Colour in human text; auto: where a terminal shows it and NO_COLOR is not set
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: When,

    /// Links from places to files in human text; auto: where a terminal is known to follow them
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) hyperlink: When,

    /// Show no progress bar
    #[arg(long, help_heading = "Output")]
    pub(super) no_progress: bool,
}

/// How much work hostile input may ask for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Skip larger files (10M, 1G) and report them as not read [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(super) max_file_size: Option<u64>,

    /// Most that an archive may hold, unpacked and with the archives in it [default: 16G]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_archive_size: Option<u64>,

    /// How many times its packed size a member of over 1 MiB may have [default: 200]
    #[arg(long, value_name = "N", value_parser = number(Limit::ArchiveRatio))]
    max_archive_ratio: Option<u64>,

    /// Most members of an archive, with those of the archives in it [default: 1000000]
    #[arg(long, value_name = "N", value_parser = number(Limit::ArchiveMembers))]
    max_archive_members: Option<u64>,

    /// How deep archives are opened in each other; 0 opens none [default: 5]
    #[arg(long, value_name = "N", value_parser = number(Limit::ArchiveDepth))]
    max_archive_depth: Option<u64>,

    /// Most that one member of an archive may hold, unpacked [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_member_size: Option<u64>,

    /// Most that one file may hold in its decoded forms together [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_decoded_size: Option<u64>,

    /// How many encodings are undone behind each other; 0 undoes none [default: 3]
    #[arg(long, value_name = "N", value_parser = number(Limit::DecodeDepth))]
    max_decode_depth: Option<u64>,
}

impl LimitArgs {
    /// What was typed for a limit.
    pub(super) const fn typed(&self, limit: Limit) -> Option<u64> {
        match limit {
            Limit::ArchiveSize => self.max_archive_size,
            Limit::ArchiveRatio => self.max_archive_ratio,
            Limit::ArchiveMembers => self.max_archive_members,
            Limit::ArchiveDepth => self.max_archive_depth,
            Limit::MemberSize => self.max_member_size,
            Limit::DecodedSize => self.max_decoded_size,
            Limit::DecodeDepth => self.max_decode_depth,
            Limit::Matches | Limit::Findings => None,
        }
    }
}

/// When to colour human text, or to put links into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

/// The environment twin of a flag. Empty counts as unset: pipelines pass optional inputs on that way.
pub(super) fn from_environment(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// One `--format` value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatArg {
    pub(super) format: Format,
    pub(super) file: Option<PathBuf>,
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    words(Severity::ALL.into_iter().rev().map(|value| (value.as_str(), value)))
}

fn gate() -> impl TypedValueParser<Value = FailOn> {
    let severities = Severity::ALL.into_iter().rev().map(|value| (value.as_str(), FailOn(Some(value))));
    words(severities.chain([("never", FailOn(None))]))
}

fn confidences() -> impl TypedValueParser<Value = Confidence> {
    words([Confidence::High, Confidence::Medium, Confidence::Low].map(|value| (value.as_str(), value)))
}

fn environments() -> impl TypedValueParser<Value = Environment> {
    words(Environment::ALL.map(|value| (value.as_str(), value)))
}

fn rule_ids() -> impl TypedValueParser<Value = RuleId> {
    words(RuleId::ALL.iter().map(|&value| (value.as_str(), value)))
}

/// A closed list of words, each standing for a value. The model's enums know nothing of clap, so this is where they meet.
fn words<T>(values: impl IntoIterator<Item = (&'static str, T)>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    let values: Vec<_> = values.into_iter().collect();
    PossibleValuesParser::new(values.iter().map(|(word, _)| *word)).map(move |word| {
        let found = values.iter().find(|(known, _)| *known == word);
        found.expect("the parser lets only listed words through").1.clone()
    })
}

pub(super) fn parse_format(text: &str) -> Result<FormatArg, String> {
    let (word, file) = match text.split_once('=') {
        Some((_, "")) => return Err("no file behind the '='".to_owned()),
        Some((word, file)) => (word, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = Format::ALL.iter().copied().find(|format| format.as_str() == word);
    let format = known.ok_or_else(|| {
        let words: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
        format!("no such format; known are {}", words.join(", "))
    })?;
    Ok(FormatArg { format, file })
}

fn parse_size(text: &str) -> Result<u64, &'static str> {
    let bytes = config::parse_size(text)?;
    if Limit::ArchiveSize.range().contains(&bytes) { Ok(bytes) } else { Err("too large") }
}

/// A number that can be set for a limit.
fn number(limit: Limit) -> impl TypedValueParser<Value = u64> {
    clap::value_parser!(u64).range(limit.range())
}

fn parse_threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| "not a number of threads: 1 to 1024".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_format_may_name_its_file() {
        let file = |text: &str| parse_format(text).map(|output| output.file);
        assert_eq!(file("json"), Ok(None));
        assert_eq!(file("json=a=b.json"), Ok(Some(PathBuf::from("a=b.json"))));
        assert!(file("json=").is_err());
        assert!(file("xml").is_err());
    }
}
