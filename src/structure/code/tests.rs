//! Outlines of small files in each language.

use super::super::read;

fn outline(path: &str, text: &str) -> String {
    let structure = read(path, text.as_bytes()).unwrap().unwrap();
    structure.outline(text.as_bytes())
}

#[test]
fn a_client_with_named_arguments() {
    let wanted =
        "file\n  KEY = K1\n  map client\n    call OpenAI (unit) uses KEY\n      base_url = https://u.example\n";
    assert_eq!(outline("a.py", "KEY = \"K1\"\nclient = OpenAI(api_key=KEY, base_url=\"https://u.example\")\n"), wanted);
}
