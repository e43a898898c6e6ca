//! Which brackets belong together.

use super::token::{Kind, Token};

/// Says that a bracket has no partner.
pub(super) const NONE: u32 = u32::MAX;

/// Of each token the index of the bracket that it opens or closes with. Brackets that fit no other stay alone, so that
/// a stray one spoils little.
pub(super) fn pairs(tokens: &[Token]) -> Vec<u32> {
    let mut pairs = vec![NONE; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut waiting = [0_usize; 3];
    for (index, token) in tokens.iter().enumerate() {
        let Kind::Sign(sign) = token.kind else { continue };
        match sign {
            b'(' | b'[' | b'{' => {
                waiting[class(sign)] += 1;
                open.push(index);
            }
            b')' | b']' | b'}' if waiting[class(sign)] > 0 => {
                while let Some(last) = open.pop() {
                    let Kind::Sign(opening) = tokens[last].kind else { continue };
                    waiting[class(opening)] -= 1;
                    if class(opening) == class(sign) {
                        pairs[index] = last as u32;
                        pairs[last] = index as u32;
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    pairs
}

fn class(sign: u8) -> usize {
    match sign {
        b'(' | b')' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}
