//! Literals put together by operators, by standing behind each other, as parts of each other.

use super::{assert_found, cuts, legacy, long_prefix, marked};

/// Languages in which an operator or a template says that the pieces are one value.
pub(super) const OPERATORS: [(&str, &str, &str); 30] = [
    ("a.js", "const OPENAI_API_KEY = \"¤\" + \"¤\";\n", "OPENAI_API_KEY"),
    ("a.ts", "export const OPENAI_API_KEY: string = \"¤\" + '¤' + `¤`;\n", "OPENAI_API_KEY"),
    ("a.mjs", "const c = {\n  apiKey: '¤' +\n    '¤'\n};\n", "apiKey"),
    (
        "A.java",
        "class A {\n  static final String OPENAI_API_KEY = \"¤\"\n      + \"¤\" // more\n      + \"¤\";\n}\n",
        "OPENAI_API_KEY",
    ),
    ("A.cs", "string OpenAiKey = \"¤\" + @\"¤\";\n", "OpenAiKey"),
    ("a.go", "package a\n\nvar OpenAIKey = \"¤\" +\n\t\"¤\" +\n\t`¤`\n", "OpenAIKey"),
    ("a.swift", "let openAIKey = \"¤\" + \"¤\"\n", "openAIKey"),
    ("a.kt", "val openAiKey = \"¤\" +\n    \"¤\"\n", "openAiKey"),
    ("a.scala", "val openAiKey = \"¤\" + \"¤\"\n", "openAiKey"),
    ("a.dart", "const openAiKey = '¤' + '¤';\n", "openAiKey"),
    ("a.py", "OPENAI_API_KEY = '¤' + r\"¤\" + \\\n    u'¤'\n", "OPENAI_API_KEY"),
    ("a.rb", "OPENAI_API_KEY = '¤' + \"¤\"\n", "OPENAI_API_KEY"),
    ("b.rb", "OPENAI_API_KEY = '¤' << '¤'\n", "OPENAI_API_KEY"),
    ("a.rs", "let openai_api_key = \"¤\".to_string() + \"¤\" + &\"¤\";\n", "openai_api_key"),
    ("b.rs", "let openai_api_key = String::from(\"¤\") + \"¤\";\n", "openai_api_key"),
    ("a.php", "<?php\n$openai_api_key = '¤' . \"¤\" . '¤';\n", "openai_api_key"),
    ("a.pl", "my $openai_api_key = '¤'.'¤';\n", "openai_api_key"),
    ("a.lua", "local openai_api_key = \"¤\" .. \"¤\" .. '¤'\n", "openai_api_key"),
    ("a.bas", "OPENAI_API_KEY = \"¤\" & _\r\n    \"¤\" & \"¤\"\r\n", "OPENAI_API_KEY"),
    ("a.sql", "SET openai_api_key = '¤' || '¤';\n", "openai_api_key"),
    ("a.exs", "openai_api_key = \"¤\" <> \"¤\"\n", "openai_api_key"),
    ("a.hs", "openaiApiKey = \"¤\" ++ \"¤\"\n  ++ \"¤\"\n", "openaiApiKey"),
    ("a.ml", "let openai_api_key = \"¤\" ^ \"¤\"\n", "openai_api_key"),
    ("a.raku", "my $openai_api_key = '¤' ~ '¤';\n", "openai_api_key"),
    ("b.js", "const OPENAI_API_KEY = ('¤') + ('¤');\n", "OPENAI_API_KEY"),
    ("c.js", "const OPENAI_API_KEY = \"¤\" + \"\" + \"¤\";\n", "OPENAI_API_KEY"),
    ("d.js", "const OPENAI_API_KEY = `¤${\"¤\"}¤`;\n", "OPENAI_API_KEY"),
    ("b.py", "OPENAI_API_KEY = f\"¤{'¤'}¤\"\n", "OPENAI_API_KEY"),
    ("c.rb", "OPENAI_API_KEY = \"¤#{'¤'}¤\"\n", "OPENAI_API_KEY"),
    ("b.swift", "let openAIKey = \"¤\\(\"¤\")\"\n", "openAIKey"),
];

/// Languages in which what stands behind each other is one value, as in others lists and arguments are written.
pub(super) const ADJACENT: [(&str, &str, &str); 10] = [
    ("a.py", "OPENAI_API_KEY = (\n    \"¤\"\n    r'¤'  # more\n    \"¤\"\n)\n", "OPENAI_API_KEY"),
    ("b.py", "client = OpenAI(api_key=\"¤\" \"¤\")\n", "api_key"),
    ("a.c", "static const char *openai_api_key = \"¤\"\n    \"¤\" /* more */\n    \"¤\";\n", "openai_api_key"),
    ("a.cpp", "auto openai_api_key = L\"¤\" L\"¤\";\n", "openai_api_key"),
    ("a.m", "NSString *openaiApiKey = @\"¤\" @\"¤\";\n", "openaiApiKey"),
    ("a.h", "#define K \"x\"\n#define OPENAI_API_KEY = \"¤\" \\\n    \"¤\"\n", "OPENAI_API_KEY"),
    ("a.sh", "export OPENAI_API_KEY=\"¤\"\"¤\"\n", "OPENAI_API_KEY"),
    ("b.sh", "export OPENAI_API_KEY='¤'\"¤\"'¤'\n", "OPENAI_API_KEY"),
    ("c.sh", "export OPENAI_API_KEY=\"¤\"¤\"¤\"\n", "OPENAI_API_KEY"),
    ("d.sh", "OPENAI_API_KEY='¤'¤ python a.py\n", "OPENAI_API_KEY"),
];

#[test]
fn operators_join_every_key() {
    for (index, (path, template, setting)) in OPERATORS.into_iter().enumerate() {
        let seed = 0x10 + index as u64;
        for key in [marked(seed), long_prefix(seed), legacy(seed)] {
            for first in [3, 9, 21] {
                assert_found(path, template, &key, &cuts(template, &key, first), setting, "joined");
            }
        }
    }
}

#[test]
fn literals_behind_each_other_join_what_is_whole_beyond_doubt() {
    for (index, (path, template, setting)) in ADJACENT.into_iter().enumerate() {
        let seed = 0x50 + index as u64;
        for key in [marked(seed), long_prefix(seed)] {
            for first in [3, 9, 21] {
                assert_found(path, template, &key, &cuts(template, &key, first), setting, "joined");
            }
        }
    }
}
