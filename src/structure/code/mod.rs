//! Source code, read as far as keys and endpoints need it: which call, which literal, which function holds a string, what
//! it is assigned to, and which names stand beside it.
//!
//! ```text
//! stretches of code ─ lexer (strings) ─ brackets ─▶ reader (lines, words, calls, braces, values) ─▶ tree
//! ```
//!
//! One pass over tokens with a stack of our own. Nothing is resolved and no grammar is followed: wherever a language
//! allows more than is understood here, a string ends up in a wider scope, never in a wrong one.
//!
//! *Why one reader*: what matters is alike in all languages (brackets, assignments, chains of calls), and grammars of
//! fifteen languages would cost more than the files in which they read more.

mod braces;
mod brackets;
mod calls;
mod comments;
mod dialects;
mod frame;
mod jsx;
mod lexer;
mod lines;
mod lisp;
mod markup;
mod names;
mod reader;
mod spelling;
mod stretches;
mod strings;
#[cfg(test)]
mod tests;
mod token;
mod values;
mod words;

use std::collections::{HashMap, HashSet};

use crate::model::ScopeId;

use super::Unread;
use super::format::Language;
use super::tree::Tree;

use frame::{Ending, Frame, Role};
use reader::Reader;
use token::Token;

/// Larger files are data or generated.
const LARGEST: usize = 4 << 20;

/// Reads source code into `scope`.
///
/// # Errors
/// When it is too large.
pub(super) fn read(language: Language, bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    if language == Language::JavaScript && stretches::is_markup(bytes) {
        markup::read(bytes, scope, tree);
        return Ok(());
    }
    let mut tokens = Vec::new();
    for stretch in stretches::of(language, bytes) {
        lexer::lex(language, bytes, stretch, &mut tokens);
    }
    read_tokens(language, bytes, &tokens, scope, tree);
    Ok(())
}

/// Reads code that is cut into tokens.
fn read_tokens(language: Language, bytes: &[u8], tokens: &[Token], scope: ScopeId, tree: &mut Tree) {
    let pairs = brackets::pairs(tokens);
    if language == Language::Lisp {
        lisp::read(&lisp::Source { bytes, tokens, pairs: &pairs }, scope, tree);
        return;
    }
    let statements = statements(language, bytes, tokens);
    let frames = vec![Frame::new(Role::Body, Ending::File, scope)];
    let (pairs, statements) = (&pairs[..], &statements[..]);
    let (dialect, language) = (language, language.read_as());
    let variables = HashMap::new();
    let classes = classes(bytes, tokens);
    Reader { language, dialect, bytes, tokens, pairs, statements, tree, frames, variables, classes, path: (0, 0) }
        .run();
}

/// The names of the classes of a file.
fn classes<'a>(bytes: &'a [u8], tokens: &[Token]) -> HashSet<&'a [u8]> {
    let pairs = tokens.windows(2).filter(|pair| pair.iter().all(|token| token.kind == token::Kind::Word));
    let words = pairs.map(|pair| (&bytes[pair[0].span()], &bytes[pair[1].span()]));
    words
        .filter(|(word, _)| matches!(*word, b"class" | b"enum" | b"object" | b"struct" | b"interface"))
        .map(|(_, name)| name)
        .collect()
}

/// Of each token how many words that begin statements stand in front of it, for languages that have closures behind calls.
fn statements(language: Language, bytes: &[u8], tokens: &[Token]) -> Vec<u32> {
    if !matches!(language, Language::Kotlin | Language::Swift | Language::Java) {
        return Vec::new();
    }
    let mut count = 0;
    let before = tokens.iter().map(|token| {
        let begins = matches!(
            &bytes[token.span()],
            b"val"
                | b"var"
                | b"let"
                | b"if"
                | b"for"
                | b"while"
                | b"return"
                | b"func"
                | b"fun"
                | b"class"
                | b"try"
                | b"guard"
                | b"def"
                | b"switch"
                | b"when"
        );
        let before = count;
        count += u32::from(begins);
        before
    });
    before.collect()
}
