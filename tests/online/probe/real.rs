//! Real relay and gateway programs, where they are installed: `real.sh` beside this file puts them into a folder of the build.
//!
//! A variable names each program: `KEYSCAN_LITELLM`, `KEYSCAN_G4F`, `KEYSCAN_PORTKEY`. Without it the test is skipped.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Tree, expand, keyscan};

/// A program that runs while the test does.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program that a variable names, listening at a free port, and waits until it does.
fn start(variable: &str, folder: &Path, args: impl Fn(u16) -> Vec<String>) -> Option<(Program, u16)> {
    let Some(program) = std::env::var_os(variable) else {
        println!("skipped: {variable} does not name the program");
        return None;
    };
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let child = Command::new(program)
        .args(args(port))
        .current_dir(folder)
        .env("HOME", folder)
        .env("PORT", port.to_string())
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut program = Program(child.expect("the variable names a program"));
    let since = Instant::now();
    while !answers(port) {
        assert!(program.0.try_wait().unwrap().is_none(), "{variable}: the program has ended");
        assert!(since.elapsed().as_secs() < 120, "{variable}: nobody listens");
        std::thread::sleep(Duration::from_millis(200));
    }
    Some((program, port))
}

/// Whether somebody answers there; some take long for their first answer.
fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(b"GET /api/status HTTP/1.0\r\nhost: localhost\r\n\r\n").is_ok() && stream.read(&mut [0]).is_ok()
}

/// What `keyscan probe` says of it.
fn told(port: u16) -> String {
    let run = keyscan(Tree::new().path(), &["probe", "--probe-private", &format!("http://127.0.0.1:{port}/v1")]);
    assert_eq!(run.code, 0, "{}", run.text());
    run.text().split_once(": ").unwrap().1.to_owned()
}

#[test]
fn litellm_gives_itself_away() {
    let master = expand("sk-{32}", 3);
    let config = format!("model_list: []\ngeneral_settings:\n  master_key: {master}\n");
    let tree = Tree::one("config.yaml", config);
    let args = |port: u16| {
        ["--config", "config.yaml", "--host", "127.0.0.1", "--port"]
            .map(str::to_owned)
            .into_iter()
            .chain([port.to_string()])
            .collect()
    };
    let Some((_program, port)) = start("KEYSCAN_LITELLM", tree.path(), args) else { return };
    assert_eq!(told(port), "LiteLLM proxy, gateway software\n");

    // And in a scan: one's own gateway stays one's own, and is named.
    let env = format!(
        "OPENAI_BASE_URL=http://127.0.0.1:{port}/v1\nOPENAI_API_KEY={}\n",
        crate::support::modern("sk-proj-", 74, 1)
    );
    let scanned = Tree::one(".env", env);
    let report = keyscan(scanned.path(), &["--probe", "--probe-private", "-f", "json"]).json();
    let endpoint = &report["findings"][0]["endpoint"];
    assert_eq!((&endpoint["kind"], &endpoint["probe"]["software"]), (&"self-hosted".into(), &"litellm".into()));
}

#[test]
fn gpt4free_gives_itself_away() {
    let tree = Tree::new();
    let args = |port: u16| vec!["api".to_owned(), "--bind".to_owned(), format!("127.0.0.1:{port}")];
    let Some((_program, port)) = start("KEYSCAN_G4F", tree.path(), args) else { return };
    assert_eq!(told(port), "gpt4free (g4f), relay software\n");
}

#[test]
fn portkey_gives_itself_away() {
    let tree = Tree::new();
    let args = |port: u16| vec![format!("--port={port}"), "--headless".to_owned()];
    let Some((_program, port)) = start("KEYSCAN_PORTKEY", tree.path(), args) else { return };
    assert_eq!(told(port), "Portkey AI Gateway (OSS), gateway software\n");
}
