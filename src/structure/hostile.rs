//! Input that readers of lines and blocks must get through in bounded time: truncated, binary, deep, long.

use std::time::{Duration, Instant};

/// Paths that lead to the readers, each with pieces that are hard for it when they are repeated.
const READERS: [(&str, &[&str]); 10] = [
    (".env", &["A='", "A=\"", "A_B=\"x\" ", "A=\"\\\"", "A=`\n", "A1=1 ", "A=x\\\n", "source \"", "=", "A: "]),
    (
        "a.ini",
        &["[a.b", "[a]\n", "[a.b.c.d.e.f]\n", "a=\"", " a=b\n", "a\n ", "environment=A=\"", "[\"", "%(", "a=\"\\\""],
    ),
    (
        "a.service",
        &["Environment=\"", "ExecStart=a -b \\\n", "Environment=A=b \\\n", "[Unit]\n", "ExecStart='", "-H \"A: "],
    ),
    (
        "a.properties",
        &["a.", "a=\\\n", "a[0].b=c\n", "%a.", "\"", "#---\n", "a=${", "\\", "#---\nspring.profiles=prod\n"],
    ),
    (
        "a.tf",
        &[
            "a {\n",
            "a = [",
            "a = {",
            "a = (",
            "x = \"${",
            "/*",
            "a = <<E\n",
            "\"${\"",
            "a \"b\" ",
            "}",
            "<<",
            "a = \"${var.x} ",
        ],
    ),
    (
        "nginx.conf",
        &["a {\n", "}", "\"", "a '", "x_by_lua_block {", "${", "$", "{{", "{%", "\"\\\"", "proxy_pass $a$b "],
    ),
    ("Caddyfile", &["a {\n", "}\n", "\"", "a `", "\\\n", "{\n", "a,\n", "import x\n", "\"\\\" "]),
    ("haproxy.cfg", &["backend a\n", "server a b\n", "server \"", "a\\ ", "'"]),
    ("a.http", &["###\n", "@a=b\n", "{{", "GET a\n", "a: {{b}}\n", "?", "GET a\n\n"]),
    ("a.bru", &["vars {\n", "a: b\n", "}\n", "get {\n}\n", "body:json {\n{{a}}\n"]),
];

fn is_read(path: &str, bytes: &[u8]) {
    let begun = Instant::now();
    if let Ok(structure) = super::read(path, bytes) {
        let structure = structure.expect("these files have readers");
        for at in [0, bytes.len() / 2, bytes.len()] {
            let _ = structure.find(at);
        }
    }
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
    // Linear work takes a small part of this even in a debug build on a busy machine.
    let limit = Duration::from_secs(5) * u32::try_from(bytes.len() / 1_000_000 + 1).unwrap();
    assert!(begun.elapsed() < limit, "{path}: {shown:?} took {:?}", begun.elapsed());
}

#[test]
fn pieces_that_repeat() {
    for (path, pieces) in READERS {
        for piece in pieces {
            is_read(path, piece.repeat(300_000 / piece.len()).as_bytes());
        }
    }
}

#[test]
fn text_that_breaks_off_anywhere_and_bytes_that_are_no_text() {
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for (path, pieces) in READERS {
        for _ in 0..60 {
            let mut bytes: Vec<u8> = Vec::new();
            for _ in 0..40 {
                match random() % 6 {
                    0 => bytes.extend_from_slice(&[b'\xef', b'\xbb', b'\xbf', b'\r'][..random() % 5]),
                    1 => bytes.push(u8::try_from(random() % 256).unwrap()),
                    2 => bytes.push(b" \n\"'={}[]();:#\\$"[random() % 16]),
                    _ => bytes.extend_from_slice(pieces[random() % pieces.len()].as_bytes()),
                }
            }
            is_read(path, &bytes);
            bytes.truncate(random() % bytes.len());
            is_read(path, &bytes);
        }
    }
}

#[test]
fn places_are_right_behind_any_text() {
    let lines = [
        (".env", "K_EY=\"K1\""),
        ("a.ini", "[ü]\nkey = K1 ; ü"),
        ("a.service", "[Service]\nEnvironment=\"ü=ü\" \"K=K1\""),
        ("a.properties", "ü.key = K1"),
        ("a.tf", "a \"ü\" {\n  k = \"K1\"\n}"),
        ("nginx.conf", "server {\n  set $ü 'ü'; set $k K1;\n}"),
        ("Caddyfile", "ü {\n  header_up K \"K1\"\n}"),
        ("haproxy.cfg", "backend ü\n  server ü K1 ü"),
        ("a.http", "GET https://ü\nKey: K1\n"),
        ("a.bru", "vars {\n  ü: ü\n  k: K1\n}"),
    ];
    for (path, text) in lines {
        for (mark, end) in [("", "\n"), ("\u{feff}", "\r\n")] {
            let text = format!("{mark}# ü\n\n{text}\n").replace('\n', end);
            let structure = super::read(path, text.as_bytes()).unwrap().unwrap();
            let outline = structure.outline(text.as_bytes());
            assert!(outline.contains("= K1\n"), "{path}: {outline}");
            let found = structure.find(text.find("K1").unwrap()).value.unwrap();
            assert!(text[found].contains("K1"), "{path}: {outline}");
        }
    }
}
