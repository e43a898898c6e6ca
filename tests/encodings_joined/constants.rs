//! Values put together from constants near by.

use super::{filled, found, legacy, long_prefix, marked, told};

/// A key in two constants, or in a constant and a literal, and the expression as it stands in the text.
const FORMS: [(&str, &str, &str, &str); 17] = [
    ("a.js", "const A = \"¤\";\nconst B = \"¤\";\nexport const OPENAI_API_KEY = A + B;\n", "A + B", "OPENAI_API_KEY"),
    (
        "a.ts",
        "const A: string = \"¤\";\nconst B: string = '¤';\nexport const OPENAI_API_KEY = `${A}${B}`;\n",
        "${A}${B}",
        "OPENAI_API_KEY",
    ),
    ("a.sh", "K1=\"¤\"\nK2=\"¤\"\nexport OPENAI_API_KEY=$K1$K2\n", "$K1$K2", "OPENAI_API_KEY"),
    ("b.sh", "K1=¤; K2=¤\nexport OPENAI_API_KEY=\"${K1}${K2}\"\n", "${K1}${K2}", "OPENAI_API_KEY"),
    ("a.py", "A = \"¤\"\nB = \"¤\"\nOPENAI_API_KEY = f\"{A}{B}\"\n", "{A}{B}", "OPENAI_API_KEY"),
    ("b.py", "A = \"¤\"\nB = \"¤\"\nOPENAI_API_KEY = A + B\n", "A + B", "OPENAI_API_KEY"),
    ("c.py", "A = \"¤\"\nB = \"¤\"\nOPENAI_API_KEY = \"\".join([A, B])\n", "\"\".join([A, B", "OPENAI_API_KEY"),
    ("d.py", "A = \"¤\"\nB = \"¤\"\nOPENAI_API_KEY = \"%s%s\" % (A, B)\n", "\"%s%s\" % (A, B", "OPENAI_API_KEY"),
    ("b.js", "const a = '¤', b = '¤';\nconst OPENAI_API_KEY = [a, b].join('');\n", "a, b", "OPENAI_API_KEY"),
    ("a.php", "<?php\n$a = \"¤\";\n$b = \"¤\";\n$openai_api_key = $a . $b;\n", "$a . $b", "openai_api_key"),
    (
        "a.rs",
        "const A: &str = \"¤\";\nconst B: &'static str = \"¤\";\nlet openai_api_key = format!(\"{}{}\", A, B);\n",
        "format!(\"{}{}\", A, B",
        "openai_api_key",
    ),
    ("a.go", "var a = \"¤\"\nb := \"¤\"\nopenaiKey := a + b\n", "a + b", "openaiKey"),
    ("a.bat", "set A=¤\r\nset B=¤\r\nset OPENAI_API_KEY=%A%%B%\r\n", "%A%%B%", "OPENAI_API_KEY"),
    (
        "A.cs",
        "string a = \"¤\"; string b = \"¤\";\nstring OpenAIKey => this.a + this.b;\n",
        "this.a + this.b",
        "OpenAIKey",
    ),
    ("Makefile", "A = ¤\nB = ¤\nOPENAI_API_KEY := $(A)$(B)\n", "$(A)$(B)", "OPENAI_API_KEY"),
    ("c.js", "const B = \"¤\";\nconst OPENAI_API_KEY = B + \"¤\";\n", "", "OPENAI_API_KEY"),
    ("a.rb", "A = '¤'\nB = '¤'\nOPENAI_API_KEY = \"#{A}#{B}\"\n", "#{A}#{B}", "OPENAI_API_KEY"),
];

#[test]
fn a_key_stands_where_the_expression_stands() {
    for (index, (path, template, expression, setting)) in FORMS.into_iter().enumerate() {
        let seed = 0x200 + index as u64;
        for (key, at) in [(marked(seed), 60), (marked(seed), 85), (long_prefix(seed), 30), (legacy(seed), 17)] {
            let (text, _) = filled(template, &[&key[..at], &key[at..]]);
            let literal = format!("B + \"{}\"", &key[at..]);
            let expression = if expression.is_empty() { literal.as_str() } else { expression };
            let start = text.rfind(expression).unwrap();
            let line = text[..start].matches('\n').count() + 1;
            let column = text[..start].rsplit('\n').next().unwrap().len() + 1;
            let wanted = format!("{key} {line}:{column}-{line}:{} {setting} joined", column + expression.len());
            let told = told(&found(path, &text).keys);
            assert!(told.contains(&wanted), "{path}: {text}\n{told:?}\n{wanted}");
        }
    }
}

#[test]
fn constants_that_say_no_whole_key_join_nothing() {
    let key = long_prefix(0x240);
    let (one, two) = key.split_at(30);
    let other = &long_prefix(0x241)[30..];
    let far = "\n".repeat(9000);
    for (path, text) in [
        ("a.js", format!("const A = \"{one}\";\nconst B = \"{two}\";\nconst K = B + A;\n")),
        ("b.js", format!("const A = \"{one}\";\nconst K = A + B;\n")),
        ("c.js", format!("const A = \"{one}\";\nlet B = \"{two}\";\nB = \"{other}\";\nconst K = A + B;\n")),
        ("d.js", format!("const A = \"{one}\";\nconst B = \"{two}\";\nconst K = [A, B];\nf(A, B);\n")),
        ("e.js", format!("const A = \"{one}\";\nconst B = \"{two}\";\nconst K = A + \"-\" + B;\n")),
        ("f.js", format!("const A = \"{one}\";\nconst B = \"{two}\";\n{far}const K = A + B;\n")),
        ("g.js", format!("const A = \"{one}\";\nconst B = \"{two}\";\nconst K = [A, B].join('-');\n")),
        ("a.sh", format!("A={one}\nB={two}\necho $A $B\n")),
        ("b.sh", format!("A={one}\nB={two}\necho $A,$B ${{A}}:${{B}}\n")),
    ] {
        let told = told(&found(path, &text).keys);
        assert!(!told.iter().any(|told| told.contains("joined")), "{path}: {told:?}");
    }
}
