//! Fingerprints and ids, computed a second time from the bytes that the format prescribes.

use hmac::{Hmac, KeyInit, Mac};
use keyscan::assess::{FingerprintKeyError, Fingerprinter, assess};
use keyscan::model::{Allow, AllowScope, EndpointKind, Exposure, Secret, Subject};
use sha2::{Digest, Sha256};

use super::*;

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

fn hmac(key: &[u8], bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(bytes);
    hex(mac.finalize().into_bytes())
}

#[test]
fn plain_fingerprints_are_sha256_of_domain_and_key() {
    let plain = Fingerprinter::plain();
    let value = Secret::new(b"some value");
    assert_eq!(plain.fingerprint(&value, false).unwrap().as_str(), sha256(b"keyscan/key/v1\0some value"));
    // Computed with `printf 'keyscan/key/v1\0some value' | sha256sum`.
    let known = "bd2722cde1c500edbf9b217f00ebc6b6b4a073b14887f9a98b66d2bc509dc9b5";
    assert_eq!(plain.fingerprint(&value, false).unwrap().as_str(), known);
    assert_eq!(plain.fingerprint(&value, true), None);
    assert_eq!((plain.scheme(), plain.check()), ("sha256", None));
}

#[test]
fn keyed_fingerprints_are_hmac_over_the_same_bytes() {
    let key = b"0123456789abcdef0123456789abcde\n";
    let keyed = Fingerprinter::keyed(key).unwrap();
    let value = Secret::new(b"some value");
    let wanted = hmac(key, b"keyscan/key/v1\0some value");
    assert_eq!(keyed.fingerprint(&value, false).unwrap().as_str(), wanted);
    assert_eq!(keyed.fingerprint(&value, true).unwrap().as_str(), wanted);
    assert_eq!(keyed.scheme(), "hmac-sha256");
    assert_eq!(keyed.check().unwrap(), hmac(key, b"keyscan/check/v1")[..16]);
    let other = Fingerprinter::keyed(b"0123456789abcdef0123456789abcdef").unwrap();
    assert_ne!(other.check(), keyed.check());
    assert!(!format!("{keyed:?}").contains("01234"));
}

#[test]
fn short_fingerprint_keys_are_refused() {
    for length in [0, 31] {
        let error = Fingerprinter::keyed(&vec![b'x'; length]).unwrap_err();
        assert_eq!(error, FingerprintKeyError::TooShort { length });
    }
    assert!(Fingerprinter::keyed(&[b'x'; 32]).is_ok());
}

#[test]
fn ids_are_of_the_subject_alone() {
    let fingerprint = sha256(b"keyscan/key/v1\0openai-value");
    let wanted = sha256(format!("keyscan/finding/v1\0key\0{fingerprint}").as_bytes());
    let relay = || endpoint(EndpointKind::Relay, "host.example:8443", 2, None);
    for (path, exposure, endpoints) in
        [("a.py", Exposure::Tracked, vec![]), ("prod/.env", Exposure::Ignored, vec![relay()])]
    {
        let all = run(vec![blob(path, exposure, vec![openai_key(1, None)], endpoints)]).findings;
        assert_eq!(key_finding(&all).id, wanted[..16]);
    }
    let all = findings(Vec::new(), vec![relay()]);
    assert_eq!(all[0].id, sha256(b"keyscan/finding/v1\0endpoint\0host.example:8443")[..16]);
}

#[test]
fn weak_keys_have_no_fingerprint_but_an_id() {
    let weak = || KeyMatch { weak: true, ..open_key(1, Some("API_KEY")) };
    let blobs = || {
        vec![
            blob("b.py", Exposure::Tracked, vec![weak()], vec![]),
            blob("a.py", Exposure::Tracked, vec![weak()], vec![]),
        ]
    };
    let all = run(blobs()).findings;
    assert_eq!((all.len(), all[0].occurrences.len()), (1, 2));
    let Subject::Key(key) = &all[0].subject else { panic!("a key") };
    assert_eq!((&key.fingerprint, key.length), (&None, None));
    assert_eq!(all[0].id, sha256(b"keyscan/finding/v1\0key\0a.py\0API_KEY")[..16]);
    let keyed = Fingerprinter::keyed(&[7; 32]).unwrap();
    let all = assess(blobs(), &[], rules(), &Policy::default(), &keyed).findings;
    let Subject::Key(key) = &all[0].subject else { panic!("a key") };
    assert_eq!(key.fingerprint.as_ref().unwrap().as_str(), hmac(&[7; 32], b"keyscan/key/v1\0open-value"));
    assert_eq!(key.length, Some(10));
}

#[test]
fn weak_keys_of_one_setting_have_ids_of_their_own() {
    let weak =
        |line, value: &[u8]| KeyMatch { weak: true, secret: Secret::new(value), ..open_key(line, Some("API_KEY")) };
    let keys = || vec![weak(9, b"a"), weak(5, b"b"), weak(7, b"c")];
    let ids = |keys| {
        let mut all = run(vec![blob("a.py", Exposure::Tracked, keys, vec![])]).findings;
        all.sort_by_key(|finding| finding.occurrences[0].position);
        all.into_iter().map(|finding| (finding.occurrences[0].position.line, finding.id)).collect::<Vec<_>>()
    };
    let id =
        |subject: &str| sha256(format!("keyscan/finding/v1\0key\0a.py\0API_KEY{subject}").as_bytes())[..16].to_owned();
    // The first keeps the plain id; the others are numbered by place, not by value.
    let wanted = [(5, id("")), (7, id("\u{0}2")), (9, id("\u{0}3"))];
    assert_eq!(ids(keys()), wanted);
    // A comment at the first takes that one away and renames no other.
    let mut allowed = keys();
    allowed[1].place.allow = Some(Box::new(Allow { scope: AllowScope::All, reason: String::new(), lines: None }));
    assert_eq!(ids(allowed), wanted[1..]);
}
