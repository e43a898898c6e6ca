//! Lisp: forms are calls, keywords name what follows them.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::super::tree::{FILE, Tree};
use super::brackets::NONE;
use super::token::{Kind, Token};

/// How deep forms nest.
const DEEPEST: usize = 2000;

/// How many uses of a form are kept.
const MOST_USES: usize = 40;

struct Form {
    scope: ScopeId,
    close: usize,
    /// What the next value is called.
    name: Option<Range<usize>>,
    /// Whether keys and values alternate.
    map: bool,
    /// Whether it is a list of cells `("name" . value)` or a form like `setq`, whose second word is a name.
    assigns: bool,
    inside: bool,
    uses: usize,
}

/// The tokens of a file.
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) tokens: &'a [Token],
    /// Of each bracket its partner.
    pub(super) pairs: &'a [u32],
}

/// Reads the forms among the tokens.
pub(super) fn read(source: &Source, scope: ScopeId, tree: &mut Tree) {
    let Source { bytes, tokens, pairs } = *source;
    let file = Form { scope, close: usize::MAX, name: None, map: false, assigns: false, inside: false, uses: 0 };
    let mut forms = vec![file];
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at];
        let text = |at: usize| tokens.get(at).map_or(&b""[..], |token: &Token| &bytes[token.span()]);
        let depth = forms.len();
        let Some(top) = forms.last_mut() else { return };
        match token.kind {
            Kind::Sign(open @ (b'(' | b'[' | b'{')) if pairs[at] != NONE => {
                let close = pairs[at] as usize;
                if depth >= DEEPEST {
                    at = close + 1;
                    continue;
                }
                let (form, next) = open_form(source, at, close, open, top, tree);
                forms.push(form);
                at = next;
                continue;
            }
            Kind::Sign(b')' | b']' | b'}') if top.close == at => {
                forms.pop();
                if let Some(top) = forms.last_mut() {
                    top.name = None;
                }
            }
            Kind::Word if text(at).first() == Some(&b':') => {
                top.name = Some(token.start as usize + 1..token.end as usize)
            }
            Kind::Word if top.assigns && top.name.is_none() => top.name = Some(token.span()),
            Kind::Word => {
                let word = String::from_utf8_lossy(text(at));
                if top.scope != FILE && top.uses < MOST_USES && (2..=80).contains(&word.len()) {
                    top.uses += 1;
                    tree.uses(top.scope, Used::Name(word.into_owned()));
                }
                top.name = None;
            }
            Kind::Text if top.map && top.name.is_none() => top.name = Some(token.content()),
            Kind::Text => {
                if let Some(name) = top.name.take() {
                    let name = String::from_utf8_lossy(&bytes[name]).into_owned();
                    tree.value(bytes, top.scope, &name, token.content());
                }
            }
            Kind::Number => top.name = None,
            Kind::Sign(_) => {}
        }
        at += 1;
    }
}

/// Opens the form at `at`, and says which token is next.
fn open_form(source: &Source, at: usize, close: usize, open: u8, around: &Form, tree: &mut Tree) -> (Form, usize) {
    let Source { bytes, tokens, pairs } = *source;
    let span = tokens[at].start as usize..tokens[close].end as usize;
    let head = tokens.get(at + 1).filter(|token| open == b'(' && token.kind == Kind::Word);
    let word = head.map_or(&b""[..], |token| &bytes[token.span()]);
    let mut form =
        Form { scope: around.scope, close, name: None, map: false, assigns: false, inside: around.inside, uses: 0 };
    let mut next = at + 1;
    match word {
        b"setq" | b"setf" | b"def" | b"defvar" | b"defconst" | b"defcustom" | b"defparameter" | b"setq-default"
        | b"setenv" => {
            form.assigns = true;
            next += 1;
        }
        b"defun" | b"defn" | b"define" | b"defmacro" | b"cl-defun" | b"let" | b"let*" | b"when" | b"if" | b"cond"
        | b"progn" | b"do" | b"when-let" => {
            let named = word.starts_with(b"def");
            let name = tokens.get(at + 2).filter(|token| named && token.kind == Kind::Word);
            let name = name.map_or(String::new(), |token| String::from_utf8_lossy(&bytes[token.span()]).into_owned());
            next += if name.is_empty() { 1 } else { 2 };
            form.scope = tree.open(around.scope, ScopeKind::Section, &name, span);
            form.inside = false;
            // The parameters.
            let list = pairs.get(next).filter(|pair| named && **pair != NONE && pairs[next] as usize > next);
            next = list.map_or(next, |pair| *pair as usize + 1);
        }
        _ if open == b'{' || (open == b'(' && head.is_none()) || word.starts_with(b":") => {
            let name =
                around.name.clone().map_or(String::new(), |name| String::from_utf8_lossy(&bytes[name]).into_owned());
            form.scope = tree.open(around.scope, ScopeKind::Map, &name, span);
            form.map = true;
        }
        _ if open == b'[' => {}
        _ => {
            let name = String::from_utf8_lossy(word).into_owned();
            form.scope = tree.open(around.scope, ScopeKind::Call, &name, span);
            tree.set_unit(form.scope, !around.inside && form.scope != around.scope);
            form.inside = true;
            next += 1;
        }
    }
    (form, next)
}
