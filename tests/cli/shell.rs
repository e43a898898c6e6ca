//! Completion scripts and the manual page are what their readers take.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Tree, keyscan};

fn printed(args: &[&str]) -> Vec<u8> {
    let run = keyscan(Tree::new().path(), args);
    assert_eq!((run.code, run.errors().as_str()), (0, ""), "{args:?}");
    run.stdout
}

/// What a program says about a text on its standard input; nothing where the program is not installed.
fn verdict(program: &str, args: &[&str], text: &[u8]) -> Option<(bool, String)> {
    let child =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: no {program} here");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&text)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Some((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[test]
fn shells_take_their_completion_scripts() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        let text = String::from_utf8(script.clone()).unwrap();
        for word in ["keyscan", "fail-on-confidence", "explain", "completions", "check"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
        if ["bash", "zsh", "fish"].contains(&shell)
            && let Some((accepted, errors)) = verdict(shell, &["-n"], &script)
        {
            assert!(accepted && errors.is_empty(), "{shell}: {errors}");
        }
    }
    assert_eq!(keyscan(Tree::new().path(), &["completions", "csh"]).code, 2);
}

#[test]
fn bash_completes_rules_and_flags() {
    let script = String::from_utf8(printed(&["completions", "bash"])).unwrap();
    let typed = |words: &str, last: usize| {
        format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}; _keyscan keyscan \"${{COMP_WORDS[{last}]}}\" \"\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
    };
    for (words, last, wanted) in [
        ("keyscan ex", 1, "explain"),
        ("keyscan explain gone-", 2, "gone-from-tree"),
        ("keyscan --hist", 1, "--history"),
        ("keyscan rules sh", 2, "show"),
    ] {
        let Ok(output) = Command::new("bash").args(["--norc", "-c", &typed(words, last)]).output() else {
            println!("skipped: no bash here");
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.lines().any(|line| line == wanted), "{words}: {text} {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_manual_page_is_clean_roff_and_tells_everything() {
    let page = printed(&["man"]);
    assert!(page.is_ascii());
    let text = String::from_utf8(page.clone()).unwrap().replace("\\-", "-");
    for part in
        [".TH keyscan 1", "--fail-on", ".SH \"EXIT CODES\"", ".SH \"KEYSCAN RULES CHECK\"", ".SH \"KEYSCAN EXPLAIN\""]
    {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(text.matches(".SH NAME").count(), 1);
    if let Some((accepted, errors)) = verdict("groff", &["-man", "-ww", "-Tascii", "-z"], &page) {
        assert!(accepted && errors.is_empty(), "{errors}");
    }
    if let Some((accepted, errors)) = verdict("man", &["--warnings", "-l", "-"], &page) {
        assert!(accepted && errors.is_empty(), "{errors}");
    }
}
