//! SQLite databases: each table is a member, with a row in each line as a JSON object, and what no table holds is one more.
//!
//! ```text
//! pages ── one tree per table and index ── btree: cells ── record ── JSON line
//!   └ pages of no tree, and the room between cells ── (unused)
//! ```
//!
//! A row that was deleted stands in the file until something else needs its room, and so does a table that was dropped.
//!
//! *Why a reader of our own*: the format is small and fixed, a library in C would have to be trusted with files of
//! strangers, and none tells what stands between the rows.
//!
//! A database is read page by page, each page once: memory and time do not depend on what its pages say of each other. What
//! an index holds, its table holds as well, so indexes are walked for their unused room alone.

mod btree;
mod pages;
mod record;
mod schema;

use btree::{Node, Payload};
use pages::{Pages, Text};
use record::Value;
use schema::{SCHEMA, columns};

use super::kind::{HEAD, Kind};
use super::lines::Lines;
use super::open::Unpacking;
use super::{Bound, MemberPath, Seekable, Trouble};
use crate::source::words;

/// What the bytes are called that belong to no table.
const UNUSED: &[u8] = b"(unused)";

/// Most tables.
const MOST_TABLES: u64 = 10_000;

/// Longest row that is put together; the pages of what is behind count as unused.
const LARGEST_ROW: u64 = 8 * 1024 * 1024;

/// Most bytes of statements that are kept for the names of columns. Columns of later tables are numbered.
const LONGEST_SQL: usize = 8 * 1024 * 1024;

/// Shortest run of unused bytes that is worth a look: shorter than any key.
const SHORTEST_RUN: usize = 16;

/// Whether a file that begins so is a database.
pub(super) fn is_database(head: &[u8]) -> bool {
    head.starts_with(pages::MAGIC)
}

impl Unpacking<'_, '_> {
    /// Hands on the tables of a database of `length` bytes. False where it is damaged, so that its own bytes have to be looked
    /// at as well.
    pub(super) fn database(&mut self, file: &mut dyn Seekable, length: u64, path: &MemberPath, depth: u32) -> bool {
        let Some(pages) = Pages::open(file, length) else {
            self.trouble(path, Trouble::Damaged);
            return false;
        };
        let unused = Lines::of(path.member(UNUSED));
        let longest = LARGEST_ROW.min(self.work.limits.member_size);
        let mut walk = Walk { pages, unused, unpacking: self, depth, longest, broken: false, cut: false, many: false };
        walk.database(path);
        let (broken, cut, many) = (walk.broken, walk.cut, walk.many);
        if cut {
            let bound = if longest < LARGEST_ROW { Bound::MemberSize } else { Bound::Memory };
            self.trouble(path, Trouble::Limit(bound));
        }
        if many {
            self.trouble(path, Trouble::Limit(Bound::Memory));
        }
        if broken {
            self.trouble(path, Trouble::Damaged);
        }
        !broken
    }
}

/// A table that is still to be read.
struct Table {
    name: MemberPath,
    root: u32,
    sql: String,
}

/// A database while its trees are walked.
struct Walk<'u, 'f, 'v, 'w> {
    pages: Pages<&'f mut dyn Seekable>,
    unused: Lines,
    unpacking: &'u mut Unpacking<'v, 'w>,
    depth: u32,
    /// Longest row that is put together.
    longest: u64,
    /// Whether something breaks the rules of the format.
    broken: bool,
    /// Whether a row is too long.
    cut: bool,
    /// Whether there are too many tables.
    many: bool,
}

impl Walk<'_, '_, '_, '_> {
    fn database(&mut self, path: &MemberPath) {
        let mut tables = Vec::new();
        let mut indexes = Vec::new();
        let mut kept = 0;
        let mut many = false;
        let mut schema = Lines::of(path.member(b"sqlite_schema"));
        let names = SCHEMA.map(str::to_owned);
        self.tree(1, &mut |record, text, unpacking| {
            let (values, whole) = record::values(record);
            record::write(&mut schema.bytes, &names, &values, text);
            schema.hand_on(false, unpacking.visit);
            let [Value::Text(kind), Value::Text(name), _, Value::Integer(root), rest @ ..] = &*values else {
                return whole;
            };
            // A view has no pages, and neither has a table that a module makes up.
            let Some(root) = u32::try_from(*root).ok().filter(|root| *root > 0) else { return whole };
            if record::decode(kind, text) != "table" {
                indexes.push(root);
                return whole;
            }
            let sql = match rest.first() {
                Some(Value::Text(sql)) if kept + sql.len() <= LONGEST_SQL => record::decode(sql, text).into_owned(),
                _ => String::new(),
            };
            kept += sql.len();
            if tables.len() as u64 == MOST_TABLES {
                many = true;
                return whole;
            }
            tables.push(Table { name: path.member(record::decode(name, text).as_bytes()), root, sql });
            whole
        });
        schema.hand_on(true, self.unpacking.visit);
        self.many = many;
        for table in tables {
            if self.unpacking.is_over() || !self.unpacking.count(&table.name) {
                return;
            }
            self.table(table);
        }
        for root in indexes {
            self.tree(root, &mut |_, _, _| true);
        }
        self.rest();
    }

    fn table(&mut self, Table { name, root, sql }: Table) {
        let names = columns(&sql);
        let depth = self.depth;
        let mut rows = Lines::of(name.clone());
        let mut number = 0_u64;
        self.tree(root, &mut |record, text, unpacking| {
            number += 1;
            let (mut values, whole) = record::values(record);
            for (index, value) in values.iter_mut().enumerate() {
                let Value::Blob(bytes) = *value else { continue };
                if !stands_alone(bytes) {
                    continue;
                }
                let column = names.get(index).cloned().unwrap_or_else(|| (index + 1).to_string());
                let member = name.member(format!("row {number} {column}").as_bytes());
                if unpacking.count(&member) {
                    unpacking.member(&mut &bytes[..], Some(bytes.len() as u64), &member, depth);
                }
                *value = Value::Null;
            }
            record::write(&mut rows.bytes, &names, &values, text);
            rows.hand_on(false, unpacking.visit);
            whole
        });
        rows.hand_on(true, self.unpacking.visit);
    }

    /// Hands each record of a tree to `read`, which says whether it is sound. Records of a tree of an index stand in its inner
    /// pages as well; those come first.
    fn tree(&mut self, root: u32, read: &mut dyn FnMut(&[u8], Text, &mut Unpacking<'_, '_>) -> bool) {
        let (mut page, mut record) = (Vec::new(), Vec::new());
        let mut waiting = vec![root];
        while let Some(number) = waiting.pop() {
            if !self.pages.take(number, &mut page) {
                self.broken = true;
                continue;
            }
            let Some(mut node) = Node::of(&page, number, self.pages.usable()) else {
                self.broken = true;
                continue;
            };
            self.broken |= node.broken;
            for payload in &node.payloads {
                let whole = self.record(&page, payload, &mut record);
                if !read(&record, self.pages.text(), self.unpacking) && whole {
                    self.broken = true;
                }
            }
            for range in node.unused.drain(..) {
                self.unused(&page[range]);
            }
            waiting.extend(node.children.iter().rev());
        }
    }

    /// Puts a record together; says whether that was possible.
    fn record(&mut self, page: &[u8], payload: &Payload, record: &mut Vec<u8>) -> bool {
        record.clear();
        record.extend_from_slice(&page[payload.local.clone()]);
        let mut next = payload.overflow;
        let mut more = Vec::new();
        while let Some(number) = next {
            let missing = payload.length - record.len() as u64;
            if record.len() as u64 >= self.longest {
                self.cut = true;
                record.truncate(words::whole(record));
                return false;
            }
            if !self.pages.take(number, &mut more) {
                self.broken = true;
                record.truncate(words::whole(record));
                return false;
            }
            let room = &more[4..self.pages.usable()];
            let taken = usize::try_from(missing).unwrap_or(usize::MAX).min(room.len());
            record.extend_from_slice(&room[..taken]);
            let end = (record.len() as u64) == payload.length;
            if end {
                let left = room[taken..].to_vec();
                self.unused(&left);
            }
            next = more.first_chunk().map(|number| u32::from_be_bytes(*number)).filter(|_| !end);
        }
        true
    }

    /// Keeps what belongs to nothing.
    fn unused(&mut self, bytes: &[u8]) {
        let Some(start) = bytes.iter().position(|byte| *byte != 0) else { return };
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(start, |last| last + 1);
        if end - start >= SHORTEST_RUN {
            self.unused.bytes.extend_from_slice(&bytes[start..end]);
            self.unused.bytes.push(b'\n');
            self.unused.hand_on(false, self.unpacking.visit);
        }
    }

    /// The pages that no tree has. Those of a damaged database are looked at with all its bytes.
    fn rest(&mut self) {
        if self.broken {
            return;
        }
        let mut page = Vec::new();
        let mut from = 1;
        while let Some(number) = self.pages.untaken(from) {
            if self.pages.take(number, &mut page) {
                self.unused(&page);
            } else {
                self.broken = true;
            }
            from = number + 1;
        }
        self.broken |= !self.pages.tail(&mut page);
        self.unused(&page);
        self.unused.hand_on(true, self.unpacking.visit);
    }
}

/// Whether a value is not to be read in its row: an archive, or a text in characters of two bytes.
fn stands_alone(bytes: &[u8]) -> bool {
    /// Characters that follow each other.
    const WIDE: usize = 8;
    let head = &bytes[..bytes.len().min(HEAD)];
    if Kind::of(head).is_some_and(|kind| kind != Kind::Mail) {
        return true;
    }
    let mut runs = [0; 2];
    memchr::memchr(0, bytes).is_some()
        && bytes.windows(2).enumerate().any(|(at, pair)| {
            let run = &mut runs[at % 2];
            // Either byte may be the first.
            *run = if matches!(pair, [0, b' '..=b'~'] | [b' '..=b'~', 0]) { *run + 1 } else { 0 };
            *run >= WIDE
        })
}
