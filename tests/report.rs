//! Every report format, on one rich sample.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

/// Vectors made by an independent implementation of GitHub's upload action.
#[test]
fn line_hashes_agree_with_the_vectors() {
    let Ok(bytes) = std::fs::read("../shared/sarif/primary-location-line-hash.json") else {
        println!("skipped: ../shared/sarif is not here");
        return;
    };
    let vectors: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let mut expected: Vec<(u64, &str)> = case["lines"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(line, hash)| (line.parse().unwrap(), hash.as_str().unwrap()))
            .collect();
        expected.sort_unstable();
        let (lines, hashes): (Vec<u64>, Vec<&str>) = expected.into_iter().unzip();
        let text = case["text"].as_str().unwrap();
        assert_eq!(keyscan::model::line_hashes(text.as_bytes(), &lines), hashes, "{}", case["name"]);
    }
}
