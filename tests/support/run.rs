//! Runs the binary as a stranger's shell would: empty environment, its own folder.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a run left behind.
pub struct Run {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Run {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "no JSON ({error}), exit {}\nstdout: {}\nstderr: {}",
                self.code,
                head(&self.text()),
                head(&self.errors())
            )
        })
    }
}

fn head(text: &str) -> String {
    text.chars().take(2000).collect()
}

/// Runs keyscan in `folder`.
pub fn keyscan(folder: &Path, args: &[&str]) -> Run {
    keyscan_with(folder, args, b"")
}

/// Runs keyscan in `folder` with bytes on standard input.
pub fn keyscan_with(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_keyscan"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_vec();
    // A thread of its own, because both pipes could fill up; a closed pipe only means that nobody reads it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    Run { code: output.status.code().unwrap_or(-1), stdout: output.stdout, stderr: output.stderr }
}

/// A scan of `folder` with every finding in the JSON report.
pub fn report(folder: &Path) -> Value {
    let run = keyscan(folder, &["--format", "json", "--min-severity", "info", "--exit-zero", "."]);
    assert_eq!(run.code, 0, "stderr: {}", head(&run.errors()));
    run.json()
}

/// The findings of a report.
pub fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().map(Vec::as_slice).expect("a report has findings")
}

/// The occurrences of a finding.
pub fn occurrences(finding: &Value) -> &[Value] {
    finding["occurrences"].as_array().map(Vec::as_slice).expect("a finding has occurrences")
}

/// A key's fingerprint, worked out from its definition.
pub fn fingerprint(key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"keyscan/key/v1\0");
    hash.update(key.as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
