//! The archives of `ar`, from front to back: packages of Debian, and libraries.
//!
//! *Why a reader of our own*: a header is sixty bytes, and nothing else is in the way.

use std::io::{Cursor, Read};

use super::open::Unpacking;
use super::unused::Unused;
use super::{MemberPath, Trouble};
use crate::source::open::fill;

/// How every archive begins.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";

/// Bytes in front of a member.
const HEADER: usize = 60;

/// Longest name, and most bytes of the table of long ones.
const LONGEST_NAME: u64 = 4096;
const LONGEST_TABLE: u64 = 1024 * 1024;

impl Unpacking<'_, '_> {
    /// Reads the members of an archive. False where it is none.
    pub(super) fn ar(&mut self, source: &mut dyn Read, path: &MemberPath, depth: u32) -> bool {
        let mut magic = [0; MAGIC.len()];
        if !fill(&mut *source, &mut magic).is_ok_and(|count| count == MAGIC.len()) {
            return false;
        }
        let mut unused = Unused::of(path);
        let mut names = Vec::new();
        let (mut read, mut sound) = (false, true);
        while sound && !self.is_over() {
            let mut header = [0; HEADER];
            let count = fill(&mut *source, &mut header).unwrap_or(0);
            let Some(size) = size(&header).filter(|_| count == HEADER) else {
                // Whatever follows is no member.
                self.stretch(&mut unused, &mut Cursor::new(&header[..count]).chain(&mut *source), None, depth);
                sound = count == 0;
                break;
            };
            read = true;
            let field = header[..16].trim_ascii_end();
            let mut content = source.take(size);
            let name = match field {
                b"//" => {
                    let _ = (&mut content).take(LONGEST_TABLE).read_to_end(&mut names);
                    b"//".to_vec()
                }
                [b'/', digits @ ..] if is_number(digits) => named(&names, digits),
                [b'#', b'1', b'/', digits @ ..] if is_number(digits) => {
                    let mut name = Vec::new();
                    let length = number(digits).unwrap_or(0).min(LONGEST_NAME);
                    let _ = (&mut content).take(length).read_to_end(&mut name);
                    name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
                }
                _ => field.strip_suffix(b"/").filter(|name| !name.is_empty()).unwrap_or(field).to_vec(),
            };
            let member = path.member(&name);
            if name != b"//" {
                if !self.count(&member) {
                    break;
                }
                if content.limit() > 0 {
                    self.member(&mut content, Some(size), &member, depth);
                }
            }
            let _ = std::io::copy(&mut content, &mut std::io::sink());
            sound = content.limit() == 0 && (size % 2 == 0 || fill(&mut *source, &mut [0]).is_ok());
        }
        self.finish(&mut unused);
        if !sound && !self.work.is_broken() && !self.is_over() {
            self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
        }
        read
    }
}

fn is_number(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn number(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}

/// Bytes of a member, where a header is one.
fn size(header: &[u8; HEADER]) -> Option<u64> {
    number(&header[48..58]).filter(|_| header.ends_with(b"`\n"))
}

/// A name in the table of long ones.
fn named(names: &[u8], place: &[u8]) -> Vec<u8> {
    let place = number(place).and_then(|place| usize::try_from(place).ok());
    let name = place.and_then(|place| names.get(place..)).unwrap_or_default();
    let name = name.split(|byte| matches!(byte, b'\n' | 0)).next().unwrap_or_default();
    name[..name.len().min(LONGEST_NAME as usize)].strip_suffix(b"/").unwrap_or(name).to_vec()
}
