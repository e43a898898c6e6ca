//! What the terminal can show, and what its user wants to see.

use std::env;
use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};
use keyscan::report::{self, Links};
use supports_hyperlinks::Stream;
use terminal_size::terminal_size;

use super::args::{ScanArgs, When, from_environment};
use super::clock;
use super::output::Target;

/// How people's text looks in its place: colour, links and the terminal's width are for standard output alone.
pub(super) fn text_options(args: &ScanArgs, target: &Target) -> report::Options {
    let stdout = *target == Target::Stdout;
    let color = match args.color {
        When::Always => true,
        When::Never => false,
        When::Auto => stdout && shows_color(),
    };
    let linked = match args.hyperlink {
        When::Always => stdout,
        When::Never => false,
        When::Auto => stdout && follows_links(),
    };
    let terminal = stdout && io::stdout().is_terminal();
    let width = if terminal { terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    let links = if linked { links() } else { None };
    report::Options { color, verbose: args.verbose, quiet: args.quiet, width, links, time: clock::time() }
}

/// Whether standard output shows colours. `NO_COLOR` goes before everything that asks for them.
fn shows_color() -> bool {
    let forced = from_environment("FORCE_COLOR").is_some_and(|value| value != "0" && value != "false");
    let refused = from_environment("NO_COLOR").is_some();
    forced && !refused || AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether standard output is a terminal that is known to follow links. A log of CI that somebody reads elsewhere is none.
fn follows_links() -> bool {
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !dumb && from_environment("CI").is_none() && supports_hyperlinks::on(Stream::Stdout)
}

/// Links to the files of this machine.
fn links() -> Option<Links> {
    // A drive of Windows has no host in its URLs.
    let host = if cfg!(windows) { String::new() } else { gethostname::gethostname().to_string_lossy().into_owned() };
    Some(Links::new(&host, &env::current_dir().ok()?))
}
