//! Outlines of small files in each language, and input that means harm.

mod compiled;
mod dialects;
mod scripts;

use super::super::format::Language;
use super::super::tree::{FILE, Tree};
use super::super::{Unread, read};

fn outline(path: &str, text: &str) -> String {
    let structure = read(path, text.as_bytes()).unwrap().unwrap();
    structure.outline(text.as_bytes())
}

mod hostile {
    use super::*;

    const LANGUAGES: [Language; 21] = [
        Language::Python,
        Language::JavaScript,
        Language::Go,
        Language::Java,
        Language::Kotlin,
        Language::CSharp,
        Language::C,
        Language::Ruby,
        Language::Php,
        Language::Rust,
        Language::Swift,
        Language::Dart,
        Language::Lua,
        Language::Lisp,
        Language::Perl,
        Language::R,
        Language::Julia,
        Language::Elixir,
        Language::Nim,
        Language::Ml,
        Language::Basic,
    ];

    /// Reads the text in every language; what comes out does not matter.
    fn survive(text: &[u8]) {
        for language in LANGUAGES {
            let mut tree = Tree::new(text.len());
            super::super::read(language, text, FILE, &mut tree).unwrap();
            let _ = tree.finish();
        }
    }

    #[test]
    fn nothing_that_is_cut_off_or_binary_stops_the_reading() {
        let text = "<?php $a = <<<E\nx\nE;\nf(a: `x ${y(`z`)}`, /[/]/, r#\"q\"#, 'l, @\"a\", {b: [c, \"\"\"d\"\"\"]}) do |x| => case 1: end \\(é) %w(a) --[[x]] #|y|# 'é";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            survive(&text.as_bytes()[..end]);
        }
        let binary: Vec<u8> = (0..40_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        survive(&binary);
    }

    #[test]
    fn deep_nesting_is_read_in_bounded_time() {
        for open in [
            "(", "f(", "[", "{", "{a:[", "x = {", "do ", "def f\n", "if x {", "case a:", "`${", "<<A\n", "/[",
            "a.b(c).", "'", "x=>{", "<a ", "<a>{", "<a b={", "<>", "f x = ", "do |> ",
        ] {
            survive(open.repeat(10_000).as_bytes());
            let closed: String =
                open.chars().rev().filter_map(|char| "([{".find(char).map(|at| [')', ']', '}'][at])).collect();
            survive(format!("{}{}", open.repeat(10_000), closed.repeat(10_000)).as_bytes());
        }
        let indented: String = (0..2000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        survive(indented.as_bytes());
    }

    #[test]
    fn what_is_too_large_is_left_alone() {
        let large = b"f({a:1});".repeat(6_000_000);
        assert_eq!(read("a.js", &large).err(), Some(Unread::TooLarge));
    }
}
