//! `[keys]`: which keys, organizations and projects are the team's own.

use serde_json::Value;

use crate::support::{Tree, expand, findings, fingerprint, keyscan};

const OURS: &str = "org-Ab3dEf6hIj9lMn2pQr5tUv8x";
const THEIRS: &str = "org-Zy3dEf6hIj9lMn2pQr5tUv7w";
const PROJECT: &str = "proj_Ab3dEf6hIj9lMn2pQr5tUv8x";

/// What is said of whose key it is, by the line of its first place: ids and details.
fn whose(tree: &Tree, args: &[&str]) -> Vec<(u64, Vec<(String, String)>)> {
    let ids = ["own-key", "not-listed-key", "own-organization", "other-organization"];
    let report = keyscan(tree.path(), &[&["-f", "json", "--min-severity", "info"], args].concat()).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = findings(&report)
        .iter()
        .filter(|finding| finding.get("key").is_some_and(|key| !key.is_null()))
        .map(|finding| {
            let signals = finding["signals"].as_array().unwrap().iter();
            let signals = signals.filter(|signal| ids.contains(&signal["id"].as_str().unwrap()));
            let said = signals.map(|signal| (text(&signal["id"]), text(&signal["detail"]))).collect();
            (finding["occurrences"][0]["line"].as_u64().unwrap(), said)
        })
        .collect();
    found.sort();
    found
}

fn said(id: &str, detail: &str) -> (String, String) {
    (id.to_owned(), detail.to_owned())
}

#[test]
fn own_keys_are_told_from_others() {
    let [ours, other] = [1, 2].map(|seed| expand("sk-proj-{74}T3{}BlbkFJ{74}", seed));
    let vendor = expand("gsk_{52}", 3);
    let tree =
        Tree::one("a.env", format!("A_OPENAI_API_KEY={ours}\nB_OPENAI_API_KEY={other}\nGROQ_API_KEY={vendor}\n"));
    assert!(whose(&tree, &[]).iter().all(|(_, said)| said.is_empty()));
    tree.write(".keyscan.toml", format!("keys.own = [\"{}\"]\n", fingerprint(&ours).to_uppercase()));
    let not_listed = vec![said("not-listed-key", "the policy lists 1 key")];
    let wanted = vec![(1, vec![said("own-key", "")]), (2, not_listed), (3, Vec::new())];
    assert_eq!(whose(&tree, &[]), wanted);
    // A plain fingerprint says the same when the run uses a secret for its own.
    tree.write("secret", "x".repeat(40));
    assert_eq!(whose(&tree, &["--fingerprint-key", "secret"]), wanted);
    let human = keyscan(tree.path(), &[]).text();
    assert!(human.replace("\n ", "").contains("not-listed-key"), "{human}");
    // An empty list says nothing.
    tree.write(".keyscan.toml", "keys.own = []\n");
    assert!(whose(&tree, &[]).iter().all(|(_, said)| said.is_empty()));
}

#[test]
fn keyed_fingerprints_are_known_under_their_secret() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 4);
    let tree = Tree::one("a.env", format!("OPENAI_API_KEY={key}\n"));
    tree.write("secret", "y".repeat(40));
    let report = keyscan(tree.path(), &["-f", "json", "--min-severity", "info", "--fingerprint-key", "secret"]).json();
    let keyed = findings(&report)[0]["key"]["fingerprint"].as_str().unwrap().to_owned();
    assert_ne!(keyed, fingerprint(&key));
    tree.write(".keyscan.toml", format!("keys.own = [\"{keyed}\"]\n"));
    assert_eq!(whose(&tree, &["--fingerprint-key", "secret"])[0].1[0].0, "own-key");
    assert_eq!(whose(&tree, &[])[0].1[0].0, "not-listed-key");
}

#[test]
fn the_account_is_that_of_the_nearest_scope() {
    let config = format!("[keys]\norganizations = [\"{OURS}\"]\nprojects = [\"{PROJECT}\"]\n");
    let key = |seed: u64| expand("sk-proj-{74}T3{}BlbkFJ{74}", seed);
    let (own, other) = (said("own-organization", "org-Ab…8x"), said("other-organization", "org-Zy…7w"));
    let project = said("own-organization", "proj_Ab…8x");
    let cases = [
        ("a.env", format!("OPENAI_ORG_ID={OURS}\nOPENAI_API_KEY={}\n", key(5)), vec![(2, vec![own.clone()])]),
        (
            "b.py",
            format!(
                "from openai import OpenAI\na = OpenAI(api_key=\"{}\", organization=\"{THEIRS}\", project=\"{PROJECT}\")\n\
                 b = OpenAI(api_key=\"{}\", organization=\"{OURS}\")\n",
                key(6),
                key(7)
            ),
            vec![(2, vec![project, other.clone()]), (3, vec![own.clone()])],
        ),
        (
            "c.sh",
            format!(
                "curl https://api.openai.com/v1/models -H \"Authorization: Bearer {}\" -H \"OpenAI-Organization: {THEIRS}\"\n",
                key(8)
            ),
            vec![(1, vec![other.clone()])],
        ),
        (
            "compose.yaml",
            format!(
                "services:\n  one:\n    environment:\n      OPENAI_API_KEY: {}\n      OPENAI_ORG_ID: {THEIRS}\n  two:\n    \
                 environment:\n      OPENAI_API_KEY: {}\n",
                key(9),
                key(10)
            ),
            vec![(4, vec![other]), (8, Vec::new())],
        ),
        // Two accounts and nothing that says which: neither.
        (
            "d.env",
            format!("OPENAI_ORG_ID={OURS}\nOPENAI_ORGANIZATION={THEIRS}\nOPENAI_API_KEY={}\n", key(11)),
            vec![(3, Vec::new())],
        ),
        // An id that is only spoken of.
        ("e.env", format!("# asked {THEIRS} for it\nOPENAI_API_KEY={}\n", key(12)), vec![(2, Vec::new())]),
    ];
    for (path, text, wanted) in cases {
        let tree = Tree::one(path, text);
        assert!(whose(&tree, &[]).iter().all(|(_, said)| said.is_empty()), "{path}: no policy, nothing said");
        tree.write(".keyscan.toml", &config);
        let mut found = whose(&tree, &[]);
        found.iter_mut().for_each(|(_, said)| said.sort());
        let mut wanted = wanted;
        wanted.iter_mut().for_each(|(_, said)| said.sort());
        assert_eq!(found, wanted, "{path}");
    }
}
