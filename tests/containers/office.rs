//! Documents of offices: a key in several runs of a paragraph is one, and nothing else is put together.

use std::io::{Cursor, Write};

use super::*;
use crate::support::modern;

fn key_of(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

/// Another key, in one piece.
fn other() -> String {
    key_of(2)
}

fn document(member: &str, text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";

/// A text with two joints in the key, in each family of documents.
fn split(key: &str, between: &str, joints: [usize; 2]) -> String {
    let (a, b, c) = (&key[..joints[0]], &key[joints[0]..joints[1]], &key[joints[1]..]);
    format!("{a}{between}{b}{between}{c}")
}

#[test]
fn a_word_in_several_runs_is_put_together() {
    let key = key_of(1);
    for (file, member, front, between, behind) in [
        (
            "a.docx",
            "word/document.xml",
            "<w:document><w:body><w:p w:rsidR=\"00A1\"><w:r><w:t xml:space=\"preserve\">The key is ",
            "</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidRPr=\"00B2\"><w:rPr><w:b/></w:rPr><w:t>",
            "</w:t></w:r></w:p></w:body></w:document>",
        ),
        (
            "a.pptx",
            "ppt/slides/slide1.xml",
            "<p:sld><a:p><a:r><a:rPr lang=\"en\"/><a:t>",
            "</a:t></a:r>\n<a:r><a:rPr lang=\"de\" b=\"1\"/><a:t>",
            "</a:t></a:r></a:p></p:sld>",
        ),
        (
            "a.xlsx",
            "xl/sharedStrings.xml",
            "<sst><si><r><t>",
            "</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">",
            "</t></r></si><si><t>other</t></si></sst>",
        ),
        (
            "a.odt",
            "content.xml",
            "<office:text><text:p text:style-name=\"P1\">The key is <text:span text:style-name=\"T1\">",
            "</text:span><text:span text:style-name=\"T2\">",
            "</text:span> and more</text:p></office:text>",
        ),
    ] {
        for joints in [[6, 20], [40, 90], [86, 87]] {
            let text =
                format!("{HEAD}{front}{}{behind}\n{front}second {}{behind}", split(&key, between, joints), other());
            let report = scan(file, document(member, &text));
            let path = format!("{file}!{member}");
            let line =
                |key: &str| places(&report, key).into_iter().map(|place| (place.path, place.line)).collect::<Vec<_>>();
            assert_eq!(line(&key), [(path.clone(), 2)], "{file} {joints:?}");
            let second = text.lines().position(|line| line.contains("second")).unwrap() as u64 + 1;
            assert_eq!(line(&other()), [(path, second)], "{file}: what follows keeps its place");
            assert_eq!((keys(&report), skipped(&report)), (2, vec![]), "{file} {joints:?}");
        }
    }
}

#[test]
fn nothing_is_put_together_that_is_parted() {
    let key = key_of(1);
    let run = "</w:t></w:r><w:r><w:t>";
    for between in [
        "</w:t></w:r></w:p><w:p><w:r><w:t>",
        "</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>",
        "</w:t></w:r><w:r><w:tab/><w:t>",
        "</w:t><w:br/><w:t>",
        "</w:t></w:r><w:del><w:r><w:delText>xyz</w:delText></w:r></w:del><w:r><w:t>",
        "</w:t></w:r><w:r><w:instrText>HYPERLINK \"a\"</w:instrText></w:r><w:r><w:t>",
        " </w:t></w:r><w:r><w:t>",
        "</w:t></w:r><w:r><w:t xml:space=\"preserve\"> ",
    ] {
        let text = |between: &str| {
            let split = split(&key, between, [40, 80]);
            format!("{HEAD}<w:document><w:p><w:r><w:t>{split}</w:t></w:r></w:p></w:document>")
        };
        assert_eq!(places(&scan("a.docx", document("word/document.xml", &text(run))), &key).len(), 1);
        assert_eq!(places(&scan("a.docx", document("word/document.xml", &text(between))), &key), [], "{between}");
    }
    for (member, text) in [
        ("xl/sharedStrings.xml", format!("<sst><si><t>{}</t></si><si><t>{}</t></si></sst>", &key[..80], &key[80..])),
        ("content.xml", format!("<text:p>{}</text:p><text:p><text:span/>{}</text:p>", &key[..80], &key[80..])),
        ("content.xml", format!("<text:p><text:span>{}</text:span><text:tab/>{}</text:p>", &key[..80], &key[80..])),
    ] {
        assert_eq!(places(&scan("a.odt", document(member, &text)), &key), [], "{text}");
    }
    // A whole key beside another run keeps its value.
    for glued in ["Next", "-x", "."] {
        let text = format!("{HEAD}<w:p><w:r><w:t>{key}</w:t></w:r><w:r><w:t>{glued}</w:t></w:r></w:p>");
        assert_eq!(places(&scan("a.docx", document("word/document.xml", &text)), &key).len(), 1, "{glued}");
    }
}

#[test]
fn any_bytes_come_to_an_end() {
    let parts = [
        "<w:p>",
        "</w:p>",
        "<w:t>",
        "</w:t>",
        "<w:t/>",
        "a",
        " ",
        "<",
        ">",
        "<si>",
        "</si>",
        "<t>",
        "</t>",
        "\n",
        "</text:p>",
    ];
    let mut random = crate::support::prng::SplitMix64::new(5);
    let tree = Tree::new();
    for number in 0..300 {
        let text: String = (0..200).map(|_| parts[random.below(parts.len())]).collect();
        tree.write(&format!("{number}.docx"), document("word/document.xml", &text));
    }
    assert_eq!(files_of(&tree), 300);
}
