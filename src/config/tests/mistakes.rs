//! Each mistake has its place and a name, and shows nothing of the file.

use super::*;

#[test]
fn unknown_fields_come_with_the_nearest_name() {
    assert_eq!(line("\n  endpoint = 1\n"), "2:3: unknown field at the top; did you mean `endpoints`?");
    let typo = "[endpoints]\nallow = []\nalow = [\"a.example\"]\n";
    assert_eq!(line(typo), "3:1: unknown field in [endpoints]; did you mean `allow`?");
    assert_eq!(line("[Endpoints]\n"), "1:2: unknown field at the top; did you mean `endpoints`?");
    assert_eq!(line("[gate]\nfail_on = \"high\""), "2:1: unknown field in [gate]; did you mean `fail-on`?");
    assert_eq!(
        line("[severity]\nexposed-keys = \"low\""),
        "2:1: unknown field in [severity]; did you mean `exposed-key`?"
    );
    assert_eq!(
        line("endpoints.prod = {}"),
        "1:11: unknown field in [endpoints]; there is `allow`, `deny`, `only`, `production`, `staging`, `development`, `test`, `example`, `documentation`"
    );
    assert_eq!(
        line("[suppress]\nforbid = []"),
        "2:1: unknown field in [suppress]; there is `require-reason`, `baseline`"
    );
    assert_eq!(line("[gate]\nmin_severity = \"low\""), "2:1: unknown field in [gate]; it belongs in [output]");
    assert_eq!(line("stores = []"), "1:1: unknown field at the top; it belongs in [keys]");
    assert_eq!(
        line("endpoints.production.only.x = 1"),
        "1:22: `endpoints.production.only` must be a list of texts, such as [\"a\", \"b\"]"
    );
}

#[test]
fn wrong_types_are_named_with_place() {
    assert_eq!(line("endpoints = 1"), "1:13: `endpoints` must be a table");
    assert_eq!(line("[[endpoints]]\nallow = []"), "1:1: `endpoints` must be a table");
    let list = "must be a list of texts, such as [\"a\", \"b\"]";
    assert_eq!(line("[endpoints]\nallow = \"a.example\""), format!("2:9: `endpoints.allow` {list}"));
    assert_eq!(
        line("[endpoints]\nallow = [ 'a.example', # é\n 'b.example', 3 ]"),
        format!("3:15: `endpoints.allow` {list}")
    );
    let (size, count, depth) =
        ("a size: a number of bytes, or a text such as \"64M\"", "a number, without quotes", "16");
    for (field, value, wanted) in [
        ("max-file-size", "true", size),
        ("max-archive-size", "1.5", size),
        ("max-member-size", "\"64X\"", "not a size"),
        ("max-member-size", "-1", "not a size"),
        ("max-decoded-size", "\"99999999999T\"", "too large"),
        ("max-archive-ratio", "0", "a number from 1 to"),
        ("max-archive-members", "\"10\"", count),
        ("max-archive-depth", "17", depth),
        ("max-decode-depth", "-1", depth),
    ] {
        let told = line(&format!("[limits]\n{field} = {value}"));
        assert!(told.starts_with("2:") && told.contains(field) && told.contains(wanted), "{told}");
    }
    assert_eq!(line("[gate]\nfail-on = 3"), "2:11: `gate.fail-on` must be a text in quotes");
    assert_eq!(
        line("[gate]\nallow-incomplete = \"yes\""),
        "2:20: `gate.allow-incomplete` must be true or false, without quotes"
    );
    assert!(
        line("[endpoints]\nallow = [\n  \"é.example\"]")
            .starts_with("3:3: bad pattern in `endpoints.allow`: this is no host name")
    );
}

#[test]
fn values_have_to_be_what_the_field_needs() {
    for (field, value, place, says) in [
        ("endpoints.allow", "*.workers.dev", 20, "anybody can deploy"),
        ("endpoints.test.only", "*.vercel.app", 24, "anybody can deploy"),
        ("endpoints.deny", "https://a.example", 19, "write the host alone"),
        ("keys.own", "5bc03f0ed63215fd", 13, "as long as the id of a finding"),
        ("keys.own", "5bc03f", 13, "64 hex digits"),
        ("keys.organizations", "proj_abcd1234", 23, "`org-`"),
        ("keys.organizations", "org-", 23, "`org-`"),
        ("keys.projects", "org-abcd1234", 18, "`proj_`"),
        ("keys.stores", "*", 16, "means every file"),
        ("keys.stores", "**/*", 16, "means every file"),
        ("keys.stores", "../secrets", 16, "leaves it"),
        ("keys.stores", "!a", 16, "cannot take back"),
        ("paths.test", "*", 15, "means every file"),
        ("paths.staging", "**", 18, "means every file"),
        ("rules.files", "/etc/own.toml", 16, "relative to the config"),
        ("rules.files", "C:/own.toml", 16, "relative to the config"),
        ("rules.files", "a/../../own.toml", 16, "leaves it"),
        ("rules.files", "rules\\\\own.toml", 16, "write `/`"),
        ("rules.files", "rules/*.toml", 16, "name each file"),
        ("rules.files", "rules/", 16, "name a file"),
        ("rules.files", "", 16, "name a file"),
        ("rules.only", "exposd-key", 15, "did you mean `exposed-key`?"),
        ("rules.except", "nonsense", 17, "there is `key-to-third-party`"),
        ("output.format", "jsn", 18, "did you mean `json"),
        ("output.format", "json=a.json", 18, "writes no files"),
    ] {
        let line = line(&format!("{field} = [\"{value}\"]"));
        assert!(line.starts_with(&format!("1:{place}: ")) && line.contains(says), "{field} {value}: {line}");
    }
    for (field, value, says) in [
        ("suppress.baseline", "../b.json", "leaves it"),
        ("severity.exposed-key", "hihg", "did you mean `high`?"),
        ("severity.exposed-key", "never", "there is `critical`"),
        ("gate.fail-on", "off", "there is `critical`"),
        ("gate.fail-on-confidence", "critical", "there is `high`, `medium`, `low`"),
        ("output.min-severity", "none", "there is"),
    ] {
        let line = line(&format!("{field} = \"{value}\""));
        assert!(line.contains(says), "{field} {value}: {line}");
    }
    // Strangers' hosts may be denied, and everything may be production.
    let strict = "endpoints.deny = [\"*.workers.dev\"]\npaths.production = [\"*\"]\n";
    assert!(parse(strict).is_ok());
    assert!(parse("endpoints.allow = [\"ours.workers.dev\", \"*.ours.workers.dev\"]").is_ok());
}

#[test]
fn lists_have_a_limit() {
    let hosts = vec!["'a.example'"; 1001].join(",");
    assert_eq!(line(&format!("endpoints.allow = [{hosts}]")), "1:19: `endpoints.allow` may have 1000 entries at most");
}

#[test]
fn all_mistakes_are_told_in_the_order_of_the_file() {
    let text = "[gate]\nfail-on = \"x\"\nfail = 1\n[endpoints]\nallow = [\"a/b\", 3]\nx = 1\n";
    let places: Vec<String> = lines(text).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(places, ["2:11", "3:1", "5:10", "5:17", "6:1"]);
    let many: String = (0..30).map(|n| format!("x{n} = 1\n")).collect();
    let lines = lines(&many);
    assert_eq!(lines.len(), 21);
    assert_eq!(lines[20], " and 10 more");
}

#[test]
fn broken_toml_is_named_without_its_text() {
    for (text, says) in [
        ("[endpoints]\nallow = [\"secret-value\n", "2:23: not valid TOML"),
        ("[endpoints]\nallow = [\"secret.example\"\n[gate]\n", "not valid TOML"),
        ("[endpoints]\nallow = [\"a\"\ndeny = [\"b\"]\n[x]\n", "3:6: not valid TOML: the list above is not closed"),
        ("[gate]\nfail-on =\n", "2:10: not valid TOML: a name without a value"),
        ("[gate]\nfail-on = secret\n", "2:11: not valid TOML: a text must stand in quotes"),
        ("[gate\nfail-on = \"high\"\n", "1:6: not valid TOML"),
        ("[endpoints]\nallow = []\nallow = [\"secret.example\"]\n", "3:1: this name is given twice"),
        ("[gate]\n[output]\n[gate]\n", "3:2: this name is given twice"),
        ("endpoints.allow = []\n[endpoints]\n", "2:2: this name is given twice"),
        ("secret\n", "1:7: not valid TOML: a name without a value"),
    ] {
        let lines = lines(text);
        assert!(lines[0].contains(says), "{text:?}: {lines:?}");
        assert!(lines.iter().all(|line| !line.contains("secret")), "{lines:?}");
    }
    // What stands in front of the first mistake in the syntax was understood, and is judged.
    let both = lines("[gate]\nfail = 1\n[output]\nformat = json\n");
    assert!(both[0].starts_with("2:1: unknown field") && both[1].starts_with("4:10: not valid TOML"), "{both:?}");
}

#[test]
fn merge_conflicts_are_recognised() {
    let conflict = "[endpoints]\n<<<<<<< HEAD\nallow = [\"a.example\"]\n=======\nallow = []\n>>>>>>> theirs\n";
    let says = "a merge conflict that is not resolved: take one of the two sides and remove the marks";
    assert_eq!(line(conflict), format!("2:1: {says}"));
    assert_eq!(line(&conflict.replace('\n', "\r\n")), format!("2:1: {says}"));
    assert_eq!(line("[gate]\n>>>>>>> theirs\n"), format!("2:1: {says}"));
    assert_eq!(lines(&format!("{conflict}{conflict}")).len(), 2);
}

#[test]
fn only_utf_8_is_read() {
    let read = |bytes: &[u8]| Config::parse(Path::new("c.toml"), bytes).unwrap_err().to_string();
    assert_eq!(read(b"[endpoints]\n# \xff\n"), "c.toml:2:3: the file is not UTF-8 text from here on");
    assert_eq!(read(b"\xff\xfe[\0g\0"), "c.toml:1:1: the file is UTF-16 text; save it as UTF-8");
    assert_eq!(
        line("\u{feff}x = 1"),
        "1:1: unknown field at the top; there is `endpoints`, `keys`, `paths`, `rules`, `severity`, `suppress`, `gate`, `output`, `limits`"
    );
}
