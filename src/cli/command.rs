//! What can be done instead of a scan, as typed.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser, ValueParserFactory};
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches, Subcommand, ValueEnum};
use clap_complete::Shell;
use keyscan::model::SignalId;

use super::args::ScanArgs;

/// What can be done instead of a scan.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List, show or check rules, key formats, issuers, endpoints and settings
    Rules(Deferred<RulesArgs>),
    /// Print the manual page of a rule or signal: what it means, why it is a risk, what to do
    Explain(Deferred<ExplainArgs>),
    /// Ask endpoints which software they run, without any key
    Probe(Deferred<ProbeArgs>),
    /// Set up a repository: policy file, git hook and pipeline
    Init(Deferred<InitArgs>),
    /// Ask about the policy file, .keyscan.toml
    Config(Deferred<ConfigArgs>),
    /// Print a completion script, to be loaded by the shell
    Completions(Deferred<CompletionsArgs>),
    /// Print keyscan's manual page, for man -l -
    Man,
}

/// Arguments that are defined once their subcommand is asked for, and cost a scan nothing.
#[derive(Debug)]
pub(super) struct Deferred<T>(pub(super) T);

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args_for_update)
    }
}

/// What to set up. Without a flag: the policy file, the hook if there is git, and the pipeline that is in use.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Folder in the repository [default: .]
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,

    /// Write .keyscan.toml, with every setting commented out
    #[arg(long)]
    pub(super) config: bool,

    /// Write the hook that git runs before a commit
    #[arg(long)]
    pub(super) hook: bool,

    /// Write the workflow for GitHub, or show the job for GitLab
    #[arg(long, value_name = "WHERE")]
    pub(super) ci: Option<Ci>,

    /// Ask nothing; leave what is there already
    #[arg(short, long, conflicts_with = "force")]
    pub(super) yes: bool,

    /// Ask nothing; replace what is there already, but no hook of somebody else's
    #[arg(long)]
    pub(super) force: bool,
}

/// Where pipelines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    Github,
    Gitlab,
}

/// Ask endpoints which software they run, without any key
///
/// Scans nothing. Exits 0 if every endpoint told something, 2 if an address is none or may not be asked, 3 if an endpoint
/// told nothing.
#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// Base URLs, such as https://host/v1; nothing of them is sent but the host and what stands before the API's own path
    #[arg(value_name = "URL", required = true)]
    pub(super) urls: Vec<String>,

    /// Also ask addresses of the own machine and network
    #[arg(long)]
    pub(super) probe_private: bool,

    /// Ask through this proxy, http://HOST:PORT, or env for the one that HTTPS_PROXY names
    #[arg(long, value_name = "URL|env")]
    pub(super) online_proxy: Option<String>,

    /// human is a line for each; json is one document
    #[arg(short, long, default_value = "human")]
    pub(super) format: ListFormat,
}

/// `keyscan config`.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

/// What can be asked about the policy file.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the policy file, and print what a scan with the same flags would go by
    Check(Box<ScanArgs>),
    /// Print the JSON Schema of the policy file, for editors
    Schema,
}

/// `keyscan explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of a rule or signal, as reports name it [default: a list of them]
    #[arg(hide_possible_values = true)]
    pub(super) id: Option<Id>,
}

/// `keyscan completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

/// `keyscan rules`: the whole list where nothing more is said.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    pub(super) command: Option<RulesCommand>,
}

/// What can be asked about rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List what keyscan knows
    List {
        /// One kind alone [default: rules, key formats and issuers, and how many of the rest]
        what: Option<Kind>,

        /// human is a line for each; json has each entry in full
        #[arg(short, long, default_value = "human")]
        format: ListFormat,
    },
    /// Show an entry in full, with its sources: a rule, signal, key format, issuer, endpoint, setting or software
    Show {
        /// Id or name of the entry, or a host
        #[arg(value_name = "ID|HOST")]
        id: String,
    },
    /// Check rule files of your own: their form, and their examples against the detector
    Check {
        /// Rule files, which may refer to each other
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

/// A kind of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Rules,
    Keys,
    Issuers,
    Endpoints,
    Settings,
    Software,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Human,
    Json,
}

/// Anything that may be an id. Completions know the ids of rules and signals, which are too many for a usage error.
#[derive(Clone, Debug)]
pub(super) struct Id(pub(super) String);

/// The parser of an [`Id`].
#[derive(Clone, Debug)]
pub(super) struct IdParser;

impl ValueParserFactory for Id {
    type Parser = IdParser;

    fn value_parser() -> IdParser {
        IdParser
    }
}

impl TypedValueParser for IdParser {
    type Value = Id;

    fn parse_ref(&self, command: &clap::Command, _: Option<&clap::Arg>, value: &OsStr) -> Result<Id, clap::Error> {
        let text = value.to_str().ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))?;
        Ok(Id(text.to_owned()))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        // Every rule is a signal, too.
        Some(Box::new(SignalId::ALL.iter().map(|signal| PossibleValue::new(signal.as_str()))))
    }
}
