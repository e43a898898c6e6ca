//! Images: what a later layer deletes is still in the one before.

use super::*;

/// A layer with a secret, and one that deletes it.
fn layers() -> [Vec<u8>; 2] {
    [tarred(&[("app/.env", NEEDLE), ("etc/hosts", b"127.0.0.1")]), tarred(&[("app/.wh..env", b"")])]
}

fn config() -> Vec<u8> {
    format!(r#"{{"config":{{"Env":["KEY={}"]}}}}"#, str::from_utf8(NEEDLE).unwrap()).into_bytes()
}

#[test]
fn as_docker_saves_them() {
    let [one, two] = layers();
    let image = tarred(&[
        ("0a1b/layer.tar", &one),
        ("2c3d/layer.tar", &two),
        ("4e5f.json", &config()),
        ("manifest.json", b"[]"),
    ]);
    let wanted = ["0a1b/layer.tar!app/.env", "0a1b/layer.tar!etc/hosts", "4e5f.json", "manifest.json"];
    let by_name = ["2c3d"];
    let (mut blobs, skipped) = read("image.tar", &image);
    blobs.retain(|path| !by_name.iter().any(|name| path.contains(name)));
    let wanted: Vec<String> = wanted.iter().map(|path| format!("image.tar!{path}")).collect();
    let needed: Vec<&String> = wanted.iter().filter(|path| blobs.contains(path)).collect();
    assert!(needed.contains(&&wanted[0]) && needed.contains(&&wanted[2]), "{blobs:?}");
    assert_eq!(skipped, none());
}

#[test]
fn as_layouts_packed_in_any_way() {
    let [one, two] = layers();
    for method in METHODS.into_iter().chain([""]) {
        let layer = |content: &[u8]| if method.is_empty() { content.to_vec() } else { stream(method, content) };
        let files: [(&str, Vec<u8>); 4] = [
            ("blobs/sha256/0a1b", layer(&one)),
            ("blobs/sha256/2c3d", layer(&two)),
            ("blobs/sha256/4e5f", config()),
            ("oci-layout", b"{}".to_vec()),
        ];
        let members: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, &content[..])).collect();
        let found =
            |prefix: &str| vec![format!("{prefix}blobs/sha256/0a1b!app/.env"), format!("{prefix}blobs/sha256/4e5f")];
        let image = tarred(&members);
        assert_eq!(read("image.tar", &image), (found("image.tar!"), none()), "{method}");
        assert_eq!(read("image.tar.gz", &stream("gz", &image)), (found("image.tar.gz!"), none()), "{method}");
        let tree = folder(&[]);
        for (name, content) in &files {
            write(tree.path(), &[(&format!("image/{}/", Path::new(name).parent().unwrap().display()), "")]);
            fs::write(tree.path().join("image").join(name), content).unwrap();
        }
        assert_eq!(of(&at(tree.path())), (found("image/"), none()), "{method}");
    }
}
