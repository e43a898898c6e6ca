//! Files that hold files, and files that hold text in a form of their own.

use std::io::{Cursor, Write};

use super::{invented, keys, places, told};
use crate::support::formats::base64;
use crate::support::sqlite::{Cell, Database};
use crate::support::{Tree, report};
use flate2::Compression;
use flate2::write::GzEncoder;
use keyscan::rules::sample::B64;
use zip::write::SimpleFileOptions;

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(content).unwrap();
    bzip2.finish().unwrap()
}

fn xz(content: &[u8]) -> Vec<u8> {
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(content).unwrap();
    xz.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

/// An image as `docker save` writes it: a key comes with the first layer and is gone in the second.
fn docker(file: &[u8]) -> Vec<u8> {
    let first = tar(&[("app/.env", file)]);
    let second = tar(&[("app/.wh..env", b"")]);
    let manifest = br#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["one/layer.tar","two/layer.tar"]}]"#;
    tar(&[("config.json", b"{}"), ("one/layer.tar", &first), ("two/layer.tar", &second), ("manifest.json", manifest)])
}

fn oci(file: &[u8]) -> Vec<u8> {
    let layer = gzip(&tar(&[("app/.env", file)]));
    let name = format!("blobs/sha256/{}", "ab".repeat(32));
    tar(&[("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#), ("index.json", b"{}"), (&name, &layer)])
}

/// A constant as Python compiles it: its length stands in front of it as a byte, which may be a letter.
fn pyc(key: &str) -> Vec<u8> {
    let mut compiled = vec![0xcb, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0, 1, 2, 3, 4, 9, 0, 0, 0];
    compiled.extend(b"\xe3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xf3\x04\0\0\0\x97\0d\x01S\0)\x02N");
    compiled.push(b'z');
    compiled.push(key.len() as u8);
    compiled.extend(key.as_bytes());
    compiled.extend(b")\x01r\x02\0\0\0\xda\x07api_key\xa9\0");
    compiled
}

fn program(key: &str) -> Vec<u8> {
    let mut program = b"\x7fELF\x02\x01\x01\0".to_vec();
    program.extend((0..9000u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) | 1).to_le_bytes()));
    program.extend(format!("\0usage: %s\0{key}\0%d items\0").as_bytes());
    program
}

fn wide(text: &str) -> Vec<u8> {
    let mut program = b"MZ\x90\0".to_vec();
    program.extend((0..4000u32).flat_map(|number| (number.wrapping_mul(2_246_822_519) | 1).to_le_bytes()));
    program.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    program.extend(b"\0\0\x17\x02");
    program
}

fn one_api(key: &str) -> Vec<u8> {
    let row = |id, name: &str, key: &str| {
        vec![Cell::Int(id), Cell::Int(1), Cell::Text(key.into()), Cell::Text(name.into()), Cell::Null]
    };
    let columns =
        "CREATE TABLE `channels` (`id` integer PRIMARY KEY, `type` integer, `key` text, `name` text, `base_url` text)";
    Database::new(4096, false).table("channels", columns, &[row(1, "main", key), row(2, "other", "none")]).finish()
}

fn mail(file: &[u8]) -> Vec<u8> {
    let packed = base64(&zip("conf/.env", file), B64);
    let packed = format!("{packed}{}", "=".repeat((4 - packed.len() % 4) % 4));
    let lines: Vec<&str> = packed.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "From: a@example.com\r\nTo: b@example.com\r\nSubject: files\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"xx\"\r\n\r\n--xx\r\nContent-Type: text/plain\r\n\r\nhello\r\n--xx\r\n\
         Content-Type: application/zip; name=\"conf.zip\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"conf.zip\"\r\n\r\n{}\r\n--xx--\r\n",
        lines.join("\r\n")
    )
    .into_bytes()
}

/// Name of the file, its content, and a part of the path that a report tells.
fn containers(key: &str) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let env = format!("A=1\nOPENAI_API_KEY={key}\n");
    let env = env.as_bytes();
    vec![
        ("a.zip", zip("conf/.env", env), "a.zip!conf/.env"),
        ("a.whl", zip("pkg/settings.py", format!("KEY = '{key}'\n").as_bytes()), "a.whl!pkg/settings.py"),
        ("a.docx", zip("word/document.xml", format!("<w:t>{key}</w:t>").as_bytes()), "a.docx!word/document.xml"),
        ("a.tar", tar(&[("x", b"1"), ("conf/.env", env)]), "a.tar!conf/.env"),
        ("a.tar.gz", gzip(&tar(&[("conf/.env", env)])), "a.tar.gz!conf/.env"),
        ("a.env.gz", gzip(env), "a.env.gz!a.env"),
        ("a.tar.bz2", bzip2(&tar(&[("conf/.env", env)])), "a.tar.bz2!conf/.env"),
        ("a.tar.xz", xz(&tar(&[("conf/.env", env)])), "a.tar.xz!conf/.env"),
        ("a.tar.zst", zstd(&tar(&[("conf/.env", env)])), "a.tar.zst!conf/.env"),
        ("image.tar", docker(env), "image.tar!one/layer.tar!app/.env"),
        ("oci.tar", oci(env), "!app/.env"),
        ("a.tgz", gzip(&tar(&[("in.zip", &zip("conf/.env", env))])), "a.tgz!in.zip!conf/.env"),
        ("one-api.db", one_api(key), "one-api.db!channels"),
        ("a.eml", mail(env), "a.eml!conf.zip!conf/.env"),
        ("m.cpython-312.pyc", pyc(key), "m.cpython-312.pyc"),
        ("program", program(key), "program"),
        ("program.exe", wide(key), "program.exe"),
    ]
}

#[test]
fn keys_are_found_in_every_container() {
    let mut failures = Vec::new();
    for key in keys(0x8000) {
        for (name, content, path) in containers(&key) {
            let tree = Tree::one(name, content);
            let report = report(tree.path());
            let found = places(&report, &key);
            let shown = found.first().and_then(|place| place["path"].as_str()).unwrap_or_default();
            if found.len() != 1 || !shown.contains(path) || invented(&report, &[&key]) > 0 {
                failures.push(format!(
                    "{name} {}: {} places, {shown}; told {:?}",
                    &key[..9],
                    found.len(),
                    told(&report)
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}
