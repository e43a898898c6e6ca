//! One page of a tree: its cells, what they refer to, and the bytes that belong to none.

use std::ops::Range;

use super::pages::HEADER;
use super::record::varint;

/// Smallest room that a cell takes.
const SMALLEST: usize = 4;

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    TableInterior,
    TableLeaf,
    IndexInterior,
    IndexLeaf,
}

/// A record as it stands in a page.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// The part that stands in the page itself.
    pub(super) local: Range<usize>,
    /// Bytes of the whole record.
    pub(super) length: u64,
    /// The page on which it goes on.
    pub(super) overflow: Option<u32>,
}

/// An entry of a page.
#[derive(Clone, Debug)]
struct Cell {
    range: Range<usize>,
    child: Option<u32>,
    payload: Option<Payload>,
}

/// What a page of a tree holds.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Records, in the order of the page.
    pub(super) payloads: Vec<Payload>,
    /// Pages further down, in order.
    pub(super) children: Vec<u32>,
    /// Bytes that belong to nothing: freed cells, and room never used.
    pub(super) unused: Vec<Range<usize>>,
    /// Whether it breaks the rules of the format. What could be read stands here all the same.
    pub(super) broken: bool,
}

impl Node {
    /// Reads a page, of which `usable` bytes hold content. None where it is no page of a tree.
    pub(super) fn of(page: &[u8], number: u32, usable: usize) -> Option<Self> {
        let start = if number == 1 { HEADER } else { 0 };
        let kind = match page.get(start)? {
            2 => Kind::IndexInterior,
            5 => Kind::TableInterior,
            10 => Kind::IndexLeaf,
            13 => Kind::TableLeaf,
            _ => return None,
        };
        let interior = matches!(kind, Kind::IndexInterior | Kind::TableInterior);
        let pointers = start + if interior { 12 } else { 8 };
        let count = usize::from(u16::from_be_bytes([*page.get(start + 3)?, *page.get(start + 4)?]));
        let mut node = Self::default();
        let end = pointers + count * 2;
        if end > usable {
            return None;
        }
        let places =
            page[pointers..end].chunks_exact(2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
        let mut cells = Vec::new();
        for (order, place) in places.enumerate() {
            match cell(&page[..usable], place, kind).filter(|_| place >= end) {
                Some(cell) => cells.push((order, cell)),
                None => node.broken = true,
            }
        }
        // Cells that share bytes would make much out of little.
        cells.sort_by_key(|(order, cell)| (cell.range.start, *order));
        let mut used = end;
        cells.retain(|(_, cell)| {
            if cell.range.start < used {
                node.broken = true;
                return false;
            }
            node.unused.push(used..cell.range.start);
            used = cell.range.end;
            true
        });
        node.unused.push(used..page.len());
        cells.sort_by_key(|(order, _)| *order);
        for (_, cell) in cells {
            node.children.extend(cell.child);
            node.payloads.extend(cell.payload);
        }
        if interior {
            node.children.push(number_at(page, start + 8)?);
        }
        Some(node)
    }
}

fn number_at(page: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*page.get(at..)?.first_chunk()?))
}

fn cell(page: &[u8], place: usize, kind: Kind) -> Option<Cell> {
    let mut at = place;
    let mut child = None;
    if matches!(kind, Kind::TableInterior | Kind::IndexInterior) {
        child = Some(number_at(page, at)?);
        at += 4;
    }
    if kind == Kind::TableInterior {
        let (_, length) = varint(page.get(at..)?)?;
        return Some(Cell { range: place..at + length, child, payload: None });
    }
    let (length, size) = varint(page.get(at..)?)?;
    at += size;
    if kind == Kind::TableLeaf {
        let (_, size) = varint(page.get(at..)?)?;
        at += size;
    }
    let local = local(length, page.len(), kind == Kind::TableLeaf);
    let end = at.checked_add(local)?;
    let mut payload = Payload { local: at..end, length, overflow: None };
    let mut range = place..end.max(place + SMALLEST);
    if (local as u64) < length {
        payload.overflow = Some(number_at(page, end)?);
        range.end = range.end.max(end + 4);
    }
    (range.end <= page.len()).then_some(Cell { range, child, payload: Some(payload) })
}

/// How much of a record of `length` bytes stands in its page.
fn local(length: u64, usable: usize, table: bool) -> usize {
    let most = if table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
    if length <= most as u64 {
        return length as usize;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + ((length - least as u64) % (usable as u64 - 4)) as usize;
    if fitting <= most { fitting } else { least }
}
