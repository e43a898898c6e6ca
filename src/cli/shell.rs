//! For shells and for man: written from the definition of the command line itself. A scan never comes here.

use std::io::{self, Write};

use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::{Args, EXIT_CODES};
use super::exit::Exit;
use super::output::Target;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> Result<Exit> {
    // Into memory first: the generator takes a closed pipe for a reason to panic.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "keyscan", &mut script);
    Target::Stdout.write(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// Prints the manual page: the scan, then each subcommand, then the exit codes.
pub(super) fn man() -> Result<Exit> {
    let mut page = Vec::new();
    write_page(&mut page)?;
    // roff is ASCII; other characters have names.
    let named = |character: char| match character {
        '…' => "...".to_owned(),
        _ if character.is_ascii() => character.to_string(),
        _ => format!("\\[u{:04X}]", u32::from(character)),
    };
    let page: String = String::from_utf8_lossy(&page).chars().map(named).collect();
    Target::Stdout.write(|out| out.write_all(page.as_bytes()))?;
    Ok(Exit::Clean)
}

fn write_page(out: &mut dyn Write) -> io::Result<()> {
    let mut command = Args::command().after_help("");
    command.build();
    let command = values_in_line(command);
    let man = Man::new(command.clone()).section("1");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    for subcommand in command.get_subcommands() {
        write_subcommand(out, subcommand)?;
    }
    writeln!(out, ".SH \"EXIT CODES\"")?;
    EXIT_CODES.lines().skip(1).try_for_each(|line| match line.trim() {
        "" => writeln!(out, ".PP"),
        text => writeln!(out, ".br\n{}", escaped(text)),
    })?;
    man.render_version_section(out)
}

/// The same definition with closed lists of words as a part of the help: a line for each word makes long columns.
fn values_in_line(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        let values = argument.get_possible_values();
        if argument.is_hide_possible_values_set() || !argument.get_action().takes_values() || values.is_empty() {
            return argument;
        }
        let words: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let help = format!("{help} [{}]", words.join(", "));
        argument.hide_possible_values(true).help(help)
    });
    command.mut_subcommands(values_in_line)
}

/// A section for a subcommand and for each of its own: one page holds all of them.
fn write_subcommand(out: &mut dyn Write, command: &Command) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    writeln!(out, ".SH \"{}\"", escaped(&name.to_uppercase()))?;
    let man = Man::new(command.clone());
    let mut parts = Vec::new();
    man.render_synopsis_section(&mut parts)?;
    man.render_description_section(&mut parts)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut parts)?;
    }
    // What is a section of a page of its own is a part of a section here.
    let parts = String::from_utf8_lossy(&parts).replace(".SH ", ".SS ");
    out.write_all(parts.as_bytes())?;
    command.get_subcommands().try_for_each(|inner| write_subcommand(out, inner))
}

/// A text that roff takes for nothing else.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
