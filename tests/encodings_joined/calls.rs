//! Literals put together by calls.

use super::{assert_found, cuts, legacy, long_prefix, marked};

pub(super) const CALLS: [(&str, &str, &str); 32] = [
    ("a.rs", "const OPENAI_API_KEY: &str = concat!(\"¤\", \"¤\", \"¤\");\n", "OPENAI_API_KEY"),
    ("a.sql", "SET openai_api_key = CONCAT('¤', '¤');\n", "openai_api_key"),
    ("b.sql", "SET openai_api_key = concat('¤','¤','¤');\n", "openai_api_key"),
    ("a.js", "const OPENAI_API_KEY = \"¤\".concat(\"¤\", \"¤\");\n", "OPENAI_API_KEY"),
    ("A.java", "String OPENAI_API_KEY = \"¤\".concat(\"¤\").concat(\"¤\");\n", "OPENAI_API_KEY"),
    ("b.js", "const OPENAI_API_KEY = [\"¤\", \"¤\", \"¤\"].join(\"\");\n", "OPENAI_API_KEY"),
    ("c.js", "const OPENAI_API_KEY = [\n  '¤',\n  '¤', // more\n].join('');\n", "OPENAI_API_KEY"),
    ("a.py", "OPENAI_API_KEY = \"\".join([\"¤\", \"¤\", \"¤\"])\n", "OPENAI_API_KEY"),
    ("b.py", "OPENAI_API_KEY = ''.join((\n    '¤',\n    '¤',\n))\n", "OPENAI_API_KEY"),
    ("a.go", "var OpenAIKey = strings.Join([]string{\"¤\", \"¤\"}, \"\")\n", "OpenAIKey"),
    ("A.cs", "var OpenAiKey = string.Join(\"\", new[] { \"¤\", \"¤\" });\n", "OpenAiKey"),
    ("B.cs", "var OpenAiKey = string.Concat(\"¤\", \"¤\");\n", "OpenAiKey"),
    ("a.ps1", "$env:OPENAI_API_KEY = ('¤', '¤') -join ''\n", "OPENAI_API_KEY"),
    ("a.php", "<?php $openai_api_key = implode('', ['¤', '¤']);\n", "openai_api_key"),
    ("a.pl", "my $openai_api_key = join('', '¤', '¤');\n", "openai_api_key"),
    ("a.rb", "openai_api_key = ['¤', '¤'].join\n", "openai_api_key"),
    ("a.kt", "val openAiKey = listOf(\"¤\", \"¤\").joinToString(\"\")\n", "openAiKey"),
    ("a.R", "openai_api_key = paste0(\"¤\", \"¤\")\n", "openai_api_key"),
    ("b.go", "var OpenAIKey = fmt.Sprintf(\"%s%s\", \"¤\", \"¤\")\n", "OpenAIKey"),
    ("c.py", "OPENAI_API_KEY = \"%s%s%s\" % (\"¤\", \"¤\", \"¤\")\n", "OPENAI_API_KEY"),
    ("d.py", "OPENAI_API_KEY = \"{}{}\".format(\"¤\", \"¤\")\n", "OPENAI_API_KEY"),
    ("C.cs", "var OpenAiKey = string.Format(\"{0}{1}\", \"¤\", \"¤\");\n", "OpenAiKey"),
    ("b.rs", "let openai_api_key = format!(\"{}{}\", \"¤\", \"¤\");\n", "openai_api_key"),
    ("b.ps1", "$env:OPENAI_API_KEY = -join ('¤', '¤')\n", "OPENAI_API_KEY"),
    ("c.ps1", "$env:OPENAI_API_KEY = '{0}{1}' -f '¤', '¤'\n", "OPENAI_API_KEY"),
    ("d.ps1", "$env:OPENAI_API_KEY = (\"{0}{1}\" -f \"¤\",\"¤\")\n", "OPENAI_API_KEY"),
    ("a.yaml", "Environment:\n  OPENAI_API_KEY: !Join ['', ['¤', '¤']]\n", "OPENAI_API_KEY"),
    ("b.yaml", "Environment:\n  OPENAI_API_KEY: !Join [\"\", [\"¤\", \"¤\"]]\n", "OPENAI_API_KEY"),
    ("a.json", "{\"OPENAI_API_KEY\": {\"Fn::Join\": [\"\", [\"¤\", \"¤\"]]}}\n", "OPENAI_API_KEY"),
    (
        "b.json",
        "{\"OPENAI_API_KEY\": {\n  \"Fn::Join\": [\n    \"\",\n    [\n      \"¤\",\n      \"¤\"\n    ]\n  ]\n}}\n",
        "OPENAI_API_KEY",
    ),
    ("b.rb", "openai_api_key = %w[¤ ¤].join\n", "openai_api_key"),
    ("B.java", "String openaiKey = String.format(\"%1$s%2$s\", \"¤\", \"¤\");\n", "openaiKey"),
];

#[test]
fn calls_join_every_key() {
    for (index, (path, template, setting)) in CALLS.into_iter().enumerate() {
        let seed = 0x80 + index as u64;
        for key in [marked(seed), long_prefix(seed), legacy(seed)] {
            for first in [3, 9, 21] {
                assert_found(path, template, &key, &cuts(template, &key, first), setting, "joined");
            }
        }
    }
}

#[test]
fn text_of_a_format_is_a_part_of_the_value() {
    let key = marked(0xa0);
    for (path, lead, format, behind) in [
        ("a.py", "OPENAI_API_KEY = ", "\"sk-%s\" % ", ""),
        ("a.go", "OPENAI_API_KEY := fmt.Sprintf(", "\"sk-%s\", ", ")"),
        ("b.py", "OPENAI_API_KEY = ", "\"sk-{}\".format(", ")"),
    ] {
        let text = format!("{lead}{format}\"{}\"{behind}\n", &key[3..]);
        let keys = super::found(path, &text).keys;
        let values: Vec<&[u8]> = keys.iter().map(|key| key.secret.expose()).collect();
        assert_eq!(values, [key.as_bytes()], "{text}");
        assert_eq!(
            (keys[0].setting.as_deref(), &keys[0].encoding[..]),
            (Some("OPENAI_API_KEY"), &["joined".to_owned()][..])
        );
    }
}

#[test]
fn hyphens_are_put_between_the_words_of_a_whole_key() {
    let keys = [marked(0xa8), long_prefix(0xa9)].map(|key| key.replace('_', "x"));
    for key in &keys {
        let words: Vec<String> = key.split('-').map(|word| format!("\"{word}\"")).collect();
        for (path, lead, behind) in [
            ("a.py", "OPENAI_API_KEY = \"-\".join([", "])"),
            ("a.js", "const OPENAI_API_KEY = [", "].join(\"-\")"),
            ("A.java", "String OPENAI_API_KEY = String.join(\"-\", ", ");"),
            ("a.php", "<?php $OPENAI_API_KEY = implode('-', [", "]);"),
        ] {
            let text = format!("{lead}{}{behind}\n", words.join(", "));
            let keys = super::found(path, &text).keys;
            let values: Vec<&[u8]> = keys.iter().map(|key| key.secret.expose()).collect();
            assert_eq!(values, [key.as_bytes()], "{text}");
            assert_eq!(keys[0].encoding, ["joined"], "{text}");
        }
        for (path, lead, behind) in [
            ("a.py", "OPENAI_API_KEY = \",\".join([", "])"),
            ("b.py", "OPENAI_API_KEY = \"-\".join([\"a\", ", ", \"b\"])"),
            ("a.js", "const OPENAI_API_KEY = [", "].join(\" \")"),
            ("b.js", "const OPENAI_API_KEY = [", "]"),
        ] {
            let text = format!("{lead}{}{behind}\n", words.join(", "));
            let keys = super::found(path, &text).keys;
            assert!(keys.iter().all(|found| found.secret.expose() != key.as_bytes()), "{text}");
        }
    }
}
