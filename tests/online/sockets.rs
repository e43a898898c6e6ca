//! The library has one folder that may open a socket.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

#[test]
fn no_other_folder_names_what_opens_a_socket() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let inside = all.iter().filter(|path| path.starts_with(source.join("online"))).count();
    assert!(inside > 5 && all.len() > 200, "the files are where they are looked for");
    let words = [
        "reqwest",
        "hyper::",
        "rustls",
        "tokio",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
        "UnixStream",
    ];
    for path in all.iter().filter(|path| !path.starts_with(source.join("online"))) {
        let text = fs::read_to_string(path).unwrap();
        for word in words {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
        // Numbers and names of addresses are no sockets.
        for line in text.lines().filter(|line| line.contains("std::net")) {
            assert!(line.contains("IpAddr") || line.contains("Ipv"), "{}: {line}", path.display());
        }
    }
}
