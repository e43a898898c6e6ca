//! What to do: each thing once, in the order that helps, and nothing that these places give no reason for.

use keyscan::model::{Exposure, Finding, Part, Proof, Provenance, Reach, RuleId};
use keyscan::rules::schema::IssuerKind;

use super::*;

/// The finding of an OpenAI key at places of these exposures.
fn at(places: &[(&str, Exposure)]) -> Finding {
    let blobs = places.iter().map(|(path, exposure)| blob(path, *exposure, vec![openai_key(1, None)], Vec::new()));
    key_finding(&run(blobs.collect()).findings).clone()
}

fn says(found: &Finding, words: &str) -> bool {
    found.advice.iter().any(|line| line.contains(words))
}

#[test]
fn what_no_commit_holds_is_taken_out_first() {
    let staged = at(&[("a.py", Exposure::Staged)]);
    assert_eq!(staged.rule, RuleId::ExposedKey);
    assert!(staged.advice[0].contains("git restore --staged"), "{:?}", staged.advice);
    assert!(staged.advice.last().unwrap().contains("revoke it"), "{:?}", staged.advice);
    let untracked = at(&[("a.py", Exposure::Untracked)]);
    assert!(untracked.advice[0].contains(".gitignore") && !says(&untracked, "--staged"), "{:?}", untracked.advice);
    for found in [&staged, &untracked] {
        assert!(!says(found, "history") && !says(found, "platform.openai.com"), "{:?}", found.advice);
    }
    let both = at(&[("a.py", Exposure::Staged), ("b.py", Exposure::Tracked)]);
    assert!(both.advice[0].starts_with("Revoke"), "{:?}", both.advice);
    assert!(says(&both, "git restore --staged") && says(&both, "Purge"), "{:?}", both.advice);
}

#[test]
fn what_was_sent_is_revoked_before_it_is_unstaged() {
    let receiver = entry("relay-r-api", 2, Some("OPENAI_BASE_URL"));
    let key = openai_key(1, Some("OPENAI_API_KEY"));
    let found = run(vec![blob("a.env", Exposure::Staged, vec![key], vec![receiver])]);
    let found = key_finding(&found.findings);
    assert_eq!(found.rule, RuleId::KeyToThirdParty);
    assert!(found.advice[0].starts_with("Revoke"), "{:?}", found.advice);
    assert!(found.advice[1].contains("git restore --staged"), "{:?}", found.advice);
}

#[test]
fn a_history_is_purged_only_where_it_holds_the_key() {
    assert!(says(&at(&[("a.py", Exposure::Tracked)]), "Purge the old key from the git history"));
    assert!(!says(&at(&[("a.py", Exposure::OutsideGit)]), "history"));
    assert!(!says(&at(&[("app.log", Exposure::Ignored)]), "git history"));
    assert!(!says(&at(&[("app.log", Exposure::Tracked)]), "browser"), "nothing is handed out");
    assert!(says(&at(&[("public/app.js", Exposure::Tracked)]), "never from a browser"));
    let kept = |reach| {
        let mut blob = blob("a.py", Exposure::History, vec![openai_key(1, None)], Vec::new());
        blob.origin.provenance = Some(Provenance { order: 0, commit: None, author: None, part: Part::File, reach });
        key_finding(&run(vec![blob]).findings).clone()
    };
    assert!(says(&kept(Reach::Reference), "Purge") && !says(&kept(Reach::Reference), "git gc"));
    assert!(says(&kept(Reach::Local), "git gc") && !says(&kept(Reach::Local), "Purge"));
}

#[test]
fn settings_of_git_get_commands_of_git() {
    let found = at(&[(".git/config", Exposure::GitMetadata)]);
    assert!(found.advice[0].starts_with("Revoke"), "{:?}", found.advice);
    assert!(says(&found, "git config --unset") && says(&found, "credential helper"), "{:?}", found.advice);
    assert!(!says(&found, "environment variable") && !says(&found, "Purge"), "{:?}", found.advice);
    let url = KeyMatch { signals: vec![signal(SignalId::InUrl)], ..openai_key(1, Some("user")) };
    let found = run(vec![blob(".git/config", Exposure::GitMetadata, vec![url], Vec::new())]);
    let found = key_finding(&found.findings);
    assert!(says(found, "git remote set-url") && !says(found, "--unset"), "{:?}", found.advice);
    assert_eq!(found.occurrences[0].setting, None, "the name of a user is no setting");
}

#[test]
fn a_key_of_a_relay_cannot_be_revoked() {
    let found =
        run(vec![blob("app.log", Exposure::Tracked, vec![key_of("relay-r", Proof::NamedRelay, 1, None)], Vec::new())]);
    let found = key_finding(&found.findings);
    assert_eq!(found.rule, RuleId::LeakedKey);
    assert_eq!(found.advice[0], "Abandon it.");
    assert!(!says(found, "Revoke"), "{:?}", found.advice);
}

#[test]
fn issuers_say_how_to_get_rid_of_a_key_and_rules_the_rest() {
    let rules = Rules::builtin();
    for issuer in rules.issuers() {
        for line in issuer.advice.iter() {
            for said in ["Purge", "history", "usage", "spend limit", "secret store", "environment variable"] {
                assert!(!line.contains(said), "{}: {line}", issuer.id);
            }
        }
        let revokes = issuer.advice[0].starts_with("Revoke") || issuer.advice[0].starts_with("Regenerate");
        assert_eq!(revokes, issuer.kind == IssuerKind::Vendor, "{}", issuer.id);
    }
    // The lines that findings look for are there, word for word.
    for (rule, starts) in [
        (RuleId::KeyToThirdParty, &["Revoke the key"][..]),
        (RuleId::RelayKey, &["Abandon the key"]),
        (RuleId::SharedKey, &["Revoke the key"]),
        (RuleId::ExposedKey, &["Revoke the key", "Let the program read", "Purge the old key"]),
        (
            RuleId::LeakedKey,
            &[
                "Revoke the key",
                "Call the API from a server",
                "Let the program read",
                "Purge the old key",
                "Delete the old key from",
            ],
        ),
    ] {
        for start in starts {
            let lines = rules.text(rule).advice.iter().filter(|line| line.starts_with(start));
            assert_eq!(lines.count(), 1, "{}: {start}", rule.as_str());
        }
    }
}
