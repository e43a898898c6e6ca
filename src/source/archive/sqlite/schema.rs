//! What a database says of its tables: where each is, and what its columns are called.

/// Longest name of a column that is written; it stands in every row.
const LONGEST_NAME: usize = 64;

/// Most columns of a table.
const MOST_COLUMNS: usize = 2000;

/// Most columns of a primary key.
const MOST_KEYS: usize = 64;

/// The columns of the table of all tables.
pub(super) const SCHEMA: [&str; 5] = ["type", "name", "tbl_name", "rootpage", "sql"];

/// The names of a table's columns in the order of a record, as `CREATE TABLE name (column type …, …)` tells them. What is not
/// understood has no name.
pub(super) fn columns(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let Some(open) = tokens.iter().position(|token| *token == Token::Sign('(')) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut depth = 0;
    let mut definition: Vec<&Token> = Vec::new();
    let mut rest = tokens[open + 1..].iter();
    for token in rest.by_ref() {
        let ends = depth == 0 && matches!(token, Token::Sign(',' | ')'));
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        if !ends {
            definition.push(token);
            continue;
        }
        column(&definition, &mut names, &mut keys);
        definition.clear();
        if depth < 0 {
            break;
        }
    }
    let mut words = rest.map(Token::word);
    let mut next = |wanted: &str| words.any(|word| word.eq_ignore_ascii_case(wanted));
    names.truncate(MOST_COLUMNS);
    keys.truncate(MOST_KEYS);
    if next("without") && next("rowid") {
        // Such a table has its key in front.
        names.sort_by_key(|name| keys.iter().position(|key| key.eq_ignore_ascii_case(name)).unwrap_or(usize::MAX));
    }
    names.into_iter().map(|name| name.chars().take(LONGEST_NAME).collect()).collect()
}

/// Takes a part of the brackets for what it is: a column, or the primary key.
fn column(definition: &[&Token], names: &mut Vec<String>, keys: &mut Vec<String>) {
    let word = |at: usize| definition.get(at).map_or("", |token| token.word());
    let is = |at: usize, wanted: &str| word(at).eq_ignore_ascii_case(wanted);
    let primary = (0..definition.len()).find(|&at| is(at, "primary") && is(at + 1, "key"));
    let constraint = matches!(definition.first(), Some(Token::Word(word))
        if ["constraint", "primary", "unique", "check", "foreign"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    if constraint {
        let Some(primary) = primary else { return };
        let inside = definition[primary + 2..].iter().take_while(|token| ***token != Token::Sign(')'));
        let mut first = true;
        for token in inside {
            match token {
                Token::Sign('(' | ',') => first = true,
                _ if std::mem::take(&mut first) => keys.push(token.word().to_owned()),
                _ => {}
            }
        }
        return;
    }
    let name = word(0);
    if name.is_empty() {
        return;
    }
    if primary.is_some() {
        keys.push(name.to_owned());
    }
    // A column that is computed when it is asked for is in no record.
    let computed = (1..definition.len()).any(|at| is(at, "as") && definition.get(at + 1) == Some(&&Token::Sign('(')));
    let stored = (1..definition.len()).any(|at| is(at, "stored"));
    if !computed || stored {
        names.push(name.to_owned());
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(char),
}

impl Token {
    fn word(&self) -> &str {
        match self {
            Self::Word(word) | Self::Quoted(word) => word,
            Self::Sign(_) => "",
        }
    }
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' | '`' | '\'' | '[' => {
                let end = if char == '[' { ']' } else { char };
                let mut text = String::new();
                while let Some(char) = chars.next() {
                    if char != end {
                        text.push(char);
                    } else if end != ']' && chars.peek() == Some(&end) {
                        text.extend(chars.next());
                    } else {
                        break;
                    }
                }
                tokens.push(Token::Quoted(text));
            }
            '-' if chars.peek() == Some(&'-') => while chars.next().is_some_and(|char| char != '\n') {},
            '/' if chars.peek() == Some(&'*') => {
                let mut before = ' ';
                chars.next();
                for char in chars.by_ref() {
                    if before == '*' && char == '/' {
                        break;
                    }
                    before = char;
                }
            }
            _ if char.is_whitespace() => {}
            _ if char.is_alphanumeric() || char == '_' || char == '$' => {
                let mut word = String::from(char);
                while let Some(char) = chars.next_if(|char| char.is_alphanumeric() || matches!(char, '_' | '$')) {
                    word.push(char);
                }
                tokens.push(Token::Word(word));
            }
            _ => tokens.push(Token::Sign(char)),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_a_record() {
        let names = |sql: &str| columns(sql).join(" ");
        assert_eq!(
            names(
                "CREATE TABLE `channels` (`id` integer,`type` integer DEFAULT 0,`key` text NOT NULL,PRIMARY KEY (`id`))"
            ),
            "id type key"
        );
        assert_eq!(names("CREATE TABLE t(a -- b, c\n, \"d e\" DECIMAL(10,2), [f] /* g, */ TEXT)"), "a d e f");
        assert_eq!(names("CREATE TABLE t(a, b AS (a + 1), c INT GENERATED ALWAYS AS (a) STORED, d)"), "a c d");
        assert_eq!(names("CREATE TABLE t(v, k, n INT, PRIMARY KEY(n DESC, k)) WITHOUT ROWID, STRICT"), "n k v");
        assert_eq!(names("CREATE TABLE t(v TEXT, k TEXT PRIMARY KEY)"), "v k");
        for odd in ["", "CREATE TABLE t AS", "(", "((((", "CREATE TABLE t(\"", "x(,,)", "x(a/*", "t(primary key("] {
            let _ = columns(odd);
        }
    }
}
