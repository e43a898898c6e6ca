//! Values that later statements go on with.

use super::{cut, filled, found, legacy, long_prefix, marked, told};

const FORMS: [(&str, &str, &str); 13] = [
    ("a.js", "let OPENAI_API_KEY = \"¤\";\nOPENAI_API_KEY += \"¤\";\n", "OPENAI_API_KEY"),
    ("b.js", "var k='¤'; k+='¤'; k+='¤';\n", "k"),
    ("a.ts", "let openaiKey: string = \"¤\"\nopenaiKey = openaiKey + \"¤\"\n", "openaiKey"),
    ("a.py", "def f():\n    api_key = \"¤\"\n    api_key += \"¤\"\n", "api_key"),
    ("a.php", "<?php\n$openai_key = \"¤\";\n$openai_key .= '¤';\n", "openai_key"),
    ("a.sh", "OPENAI_API_KEY=\"¤\"\nOPENAI_API_KEY+=\"¤\"\n", "OPENAI_API_KEY"),
    ("b.sh", "OPENAI_API_KEY=¤\nOPENAI_API_KEY+=¤\n", "OPENAI_API_KEY"),
    ("c.sh", "OPENAI_API_KEY=¤\nexport OPENAI_API_KEY=\"${OPENAI_API_KEY}¤\"\n", "OPENAI_API_KEY"),
    ("d.sh", "OPENAI_API_KEY=\"¤\"\nOPENAI_API_KEY=\"$OPENAI_API_KEY\"¤\n", "OPENAI_API_KEY"),
    ("a.lua", "local openai_key = \"¤\"\nopenai_key = openai_key .. \"¤\"\n", "openai_key"),
    ("A.cs", "string openAiKey = \"¤\"; openAiKey += \"¤\";\n", "openAiKey"),
    ("a.go", "openaiKey := \"¤\"\nopenaiKey += \"¤\"\n", "openaiKey"),
    ("a.ps1", "$OPENAI_API_KEY = '¤'\r\n$OPENAI_API_KEY += '¤'\r\n", "OPENAI_API_KEY"),
];

#[test]
fn statements_that_follow_go_on_with_a_key() {
    for (index, (path, template, setting)) in FORMS.into_iter().enumerate() {
        let seed = 0x980 + index as u64;
        for key in [marked(seed), long_prefix(seed)] {
            for at in [20, 40] {
                let ends: Vec<usize> = (0..template.matches('¤').count() - 1).map(|index| at + 15 * index).collect();
                let (text, place) = filled(template, &cut(&key, &ends));
                assert_eq!(
                    told(&found(path, &text).keys),
                    [format!("{key} {place} {setting} joined")],
                    "{path}: {text}"
                );
            }
        }
    }
}

#[test]
fn other_statements_go_on_with_nothing() {
    let (key, other, plain) = (long_prefix(0x9a0), long_prefix(0x9a1), legacy(0x9a2));
    for text in [
        format!("k = \"{}\"\nj += \"{}\"\n", &key[..30], &key[30..]),
        format!("k = \"{}\"\nk = \"{}\"\n", &key[..30], &key[30..]),
        format!("k = \"{}\"\nkk += \"{}\"\n", &key[..30], &key[30..]),
        format!("k = \"{}\"\nk == \"{}\"\n", &key[..30], &key[30..]),
        format!("k = \"{}\"\nf()\nk += \"{}\"\n", &key[..30], &key[30..]),
        format!("k = \"{}\"\nk += \"{} x\"\n", &key[..30], &key[30..]),
        format!("k = \"{key}\"\nk += \"{}\"\n", &other[9..]),
        format!("k = \"{}\"\nk += \"{}\"\n", &key[..30], &key[31..]),
        format!("k = \"{}\"\nk -= \"{}\"\n", &plain[..30], &plain[30..]),
        format!("K = %w[{} {}]\n", &key[..30], &key[30..]),
        format!("K = %w[{} {}].join(',')\n", &key[..30], &key[30..]),
        format!("K = %w[{key} {other}].join\n"),
    ] {
        let told = told(&found("a.rb", &text).keys);
        assert!(!told.iter().any(|told| told.contains("joined")), "{text}{told:?}");
    }
}
