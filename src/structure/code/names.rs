//! Which words mean what, and which names stand in a string.

use super::super::format::Language;
use super::frame::Announced;

/// What a keyword announces; none for words that are no heads of blocks.
pub(super) fn announced(language: Language, word: &[u8]) -> Option<Announced> {
    use Announced::{Choice, Class, Control, Function};
    use Language::{C, CSharp, Go, Java, JavaScript, Kotlin, Lua, Php, Python, Ruby, Rust, Swift};
    Some(match word {
        b"def" if matches!(language, Python | Ruby | Kotlin | Java) => Function,
        b"fn" if matches!(language, Rust | Php) => Function,
        b"func" if matches!(language, Go | Swift) => Function,
        b"fun" if language == Kotlin => Function,
        b"function" if matches!(language, JavaScript | Php | Lua) => Function,
        b"sub" if language == Php => Function,
        b"init" | b"constructor" if matches!(language, Swift | Kotlin) => Function,
        b"class" | b"interface" | b"enum" if !matches!(language, Go | Lua) => Class,
        b"struct" if matches!(language, C | CSharp | Rust | Swift | Go) => Class,
        b"impl" | b"trait" | b"mod" if language == Rust => Class,
        b"trait" | b"object" if matches!(language, Kotlin | Php) => Class,
        b"module" if matches!(language, Ruby | JavaScript) => Class,
        b"namespace" if matches!(language, C | CSharp | JavaScript | Php) => Class,
        b"record" if matches!(language, Java | CSharp) => Class,
        b"extension" | b"protocol" | b"actor" if language == Swift => Class,
        b"switch" | b"select" if !matches!(language, Python | Ruby | Lua) => Choice,
        b"match" if matches!(language, Rust | Php | Kotlin | Python) => Choice,
        b"when" if language == Kotlin => Choice,
        b"if" | b"else" | b"for" | b"while" | b"try" => Control,
        b"catch" | b"finally" | b"do" if language != Python => Control,
        b"elif" | b"except" | b"finally" | b"with" | b"case" if language == Python => Control,
        b"loop" | b"unsafe" | b"move" if language == Rust => Control,
        b"foreach" | b"using" | b"lock" if matches!(language, CSharp | Php) => Control,
        b"elseif" if language == Php => Control,
        b"guard" | b"repeat" | b"defer" | b"get" | b"set" | b"deinit" | b"willSet" | b"didSet" if language == Swift => {
            Control
        }
        b"synchronized" if language == Java => Control,
        _ => return None,
    })
}

/// Words that are no names of things.
pub(super) fn is_keyword(word: &[u8]) -> bool {
    matches!(
        word,
        b"and"
            | b"as"
            | b"async"
            | b"await"
            | b"bool"
            | b"boolean"
            | b"break"
            | b"case"
            | b"catch"
            | b"char"
            | b"class"
            | b"const"
            | b"constexpr"
            | b"continue"
            | b"def"
            | b"default"
            | b"delete"
            | b"do"
            | b"double"
            | b"echo"
            | b"else"
            | b"elseif"
            | b"elsif"
            | b"end"
            | b"enum"
            | b"except"
            | b"export"
            | b"extends"
            | b"extern"
            | b"false"
            | b"False"
            | b"final"
            | b"finally"
            | b"float"
            | b"fn"
            | b"for"
            | b"foreach"
            | b"from"
            | b"fun"
            | b"func"
            | b"function"
            | b"global"
            | b"go"
            | b"guard"
            | b"if"
            | b"implements"
            | b"import"
            | b"in"
            | b"include"
            | b"inline"
            | b"instanceof"
            | b"int"
            | b"interface"
            | b"internal"
            | b"is"
            | b"lambda"
            | b"late"
            | b"let"
            | b"local"
            | b"long"
            | b"match"
            | b"mut"
            | b"namespace"
            | b"new"
            | b"nil"
            | b"None"
            | b"not"
            | b"null"
            | b"nullptr"
            | b"of"
            | b"or"
            | b"override"
            | b"package"
            | b"pass"
            | b"print"
            | b"private"
            | b"protected"
            | b"pub"
            | b"public"
            | b"raise"
            | b"readonly"
            | b"ref"
            | b"require"
            | b"return"
            | b"self"
            | b"Self"
            | b"short"
            | b"static"
            | b"str"
            | b"string"
            | b"String"
            | b"struct"
            | b"super"
            | b"suspend"
            | b"switch"
            | b"then"
            | b"this"
            | b"throw"
            | b"throws"
            | b"trait"
            | b"true"
            | b"True"
            | b"try"
            | b"type"
            | b"typeof"
            | b"undefined"
            | b"unsigned"
            | b"use"
            | b"using"
            | b"val"
            | b"var"
            | b"void"
            | b"when"
            | b"where"
            | b"while"
            | b"with"
            | b"yield"
            | b"my"
            | b"our"
    )
}

/// Words in front of a bracket that do not call anything.
pub(super) fn is_no_call(language: Language, word: &[u8]) -> bool {
    matches!(
        word,
        b"if"
            | b"for"
            | b"while"
            | b"switch"
            | b"catch"
            | b"return"
            | b"await"
            | b"yield"
            | b"in"
            | b"of"
            | b"and"
            | b"or"
            | b"not"
            | b"elif"
            | b"elsif"
            | b"unless"
            | b"until"
            | b"case"
            | b"else"
            | b"typeof"
            | b"foreach"
            | b"using"
            | b"lock"
            | b"synchronized"
            | b"throw"
            | b"raise"
            | b"assert"
            | b"del"
            | b"from"
            | b"import"
            | b"export"
            | b"default"
            | b"is"
            | b"as"
            | b"let"
            | b"var"
            | b"const"
            | b"elseif"
            | b"echo"
            | b"pub"
            | b"do"
            | b"function"
            | b"def"
            | b"func"
            | b"fn"
            | b"fun"
            | b"lambda"
            | b"async"
    ) || (word == b"when" && language == Language::Kotlin)
        || (word == b"match" && matches!(language, Language::Rust | Language::Php | Language::Python))
        || (word == b"new" && language != Language::Rust)
        || (word == b"with" && language == Language::Python)
}

/// Whether a call of this name reads a variable: `os.getenv`, `process.env.get`, `env`, `System.getenv`.
pub(super) fn is_lookup(name: &str) -> bool {
    let last = last_part(name);
    let is = |word: &str| last.eq_ignore_ascii_case(word);
    let environment = holds(last, "env") && !["envelope", "envoy", "invent"].iter().any(|word| holds(last, word));
    environment
        || last == "config"
        || (["get", "fetch", "var", "string", "pop", "setdefault", "let", "require"].into_iter().any(is)
            && (holds(name, "env") || holds(name, "viper.") || holds(name, "config.")))
}

/// Whether a name holds a word, in whatever case.
fn holds(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// What stands behind the last mark of a name in parts.
fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':', '>', '\\']).next().unwrap_or(name)
}

/// Calls `f` with the names of variables in a string: `${key}`, `#{key}`, `{key}`, `\(key)`, `$key`.
pub(super) fn interpolated<'t>(language: Language, content: &'t [u8], mut f: impl FnMut(&'t str)) {
    let braces = matches!(language, Language::Python | Language::Rust | Language::CSharp);
    let dollar = matches!(language, Language::Php | Language::Kotlin | Language::Dart | Language::Java);
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'{', b'$', b'\\', &content[at..]).map(|found| at + found) {
        let next = content.get(found + 1).copied().unwrap_or(0);
        at = found + 1;
        let opens = match content[found] {
            b'{' => braces || language == Language::Php || (found > 0 && matches!(content[found - 1], b'$' | b'#')),
            b'$' => dollar && next != b'{',
            _ => language == Language::Swift && next == b'(',
        };
        if !opens {
            continue;
        }
        let from = if content[found] == b'\\' { found + 2 } else { at };
        let path = &content[from..];
        let dots = content[found] != b'$' || language == Language::Php;
        let length = path
            .iter()
            .take_while(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'$' | b'@')
                    || (dots && matches!(byte, b'.' | b'-' | b'>'))
            })
            .take(100)
            .count();
        if let Ok(path) = str::from_utf8(&path[..length]) {
            f(path);
        }
        at = from + length;
    }
}

/// Whether a parameter of a block is a thing to be set up.
pub(super) fn is_configured(word: &[u8]) -> bool {
    matches!(
        word,
        b"config"
            | b"c"
            | b"conf"
            | b"conn"
            | b"connection"
            | b"request"
            | b"req"
            | b"r"
            | b"f"
            | b"faraday"
            | b"builder"
            | b"b"
            | b"client"
            | b"options"
            | b"opts"
            | b"o"
            | b"http"
            | b"h"
            | b"it"
            | b"settings"
    )
}

/// Whether a call of this name only gives a value a name: `define('NAME', 'value')`, `user_pref("name", "value")`.
pub(super) fn declares(name: &str) -> bool {
    matches!(name, "define" | "user_pref" | "pref" | "putenv" | "setenv")
}

/// Whether of the arguments of a call the first names the second: `header("Authorization", …)`.
pub(super) fn is_setter(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "header", "set", "put", "add", "append", "field", "option", "param", "property", "env", "config", "pair",
        "with", "define",
    ];
    let last = last_part(name);
    WORDS.iter().any(|word| holds(last, word))
}
/// Whether an argument or a property of this name takes a key.
pub(super) fn is_key(name: &[u8]) -> bool {
    let name = crate::rules::normalise(&String::from_utf8_lossy(name));
    name.ends_with("apikey") || matches!(name.as_str(), "key" | "token" | "accesstoken" | "authorization")
}
