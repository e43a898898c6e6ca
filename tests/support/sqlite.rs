//! SQLite databases, written page by page: what the tests need of the format and no more.

/// A value of a row.
#[derive(Clone)]
pub enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A database.
pub struct Database {
    page: usize,
    utf16: bool,
    pages: Vec<Vec<u8>>,
    schema: Vec<Vec<Cell>>,
}

impl Database {
    pub fn new(page: usize, utf16: bool) -> Self {
        Self { page, utf16, pages: vec![Vec::new()], schema: Vec::new() }
    }

    /// Adds a table with rows.
    pub fn table(mut self, name: &str, columns: &str, rows: &[Vec<Cell>]) -> Self {
        let without_rowid = columns.contains("WITHOUT ROWID");
        let root = self.tree(rows, without_rowid);
        let sql = format!("CREATE TABLE \"{name}\" {columns}");
        self.entry("table", name, root, &sql)
    }

    /// Adds an entry of the schema, whatever it refers to.
    pub fn entry(mut self, kind: &str, name: &str, root: u32, sql: &str) -> Self {
        self.schema.push(vec![kind.into(), name.into(), name.into(), Cell::Int(i64::from(root)), sql.into()]);
        self
    }

    /// Adds a page as it is; its number is that of the pages.
    pub fn page(mut self, content: &[u8]) -> Self {
        let mut page = content.to_vec();
        page.resize(self.page, 0);
        self.pages.push(page);
        self
    }

    /// How many pages there are.
    pub fn pages(&self) -> u32 {
        self.pages.len() as u32
    }

    pub fn finish(mut self) -> Vec<u8> {
        let schema = std::mem::take(&mut self.schema);
        let cells = self.cells(&schema, false);
        let mut first = leaf(&cells, 13, self.page, 100);
        first[..16].copy_from_slice(b"SQLite format 3\0");
        let size = if self.page == 65536 { 1 } else { self.page as u16 };
        first[16..18].copy_from_slice(&size.to_be_bytes());
        first[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
        first[59] = if self.utf16 { 2 } else { 1 };
        self.pages[0] = first;
        self.pages.concat()
    }

    /// Writes a tree of one or two levels; says its root.
    fn tree(&mut self, rows: &[Vec<Cell>], index: bool) -> u32 {
        let cells = self.cells(rows, index);
        let kind = if index { 10 } else { 13 };
        let mut leaves: Vec<&[Vec<u8>]> = Vec::new();
        let (mut from, mut size) = (0, 12);
        for (at, cell) in cells.iter().enumerate() {
            if size + cell.len() + 2 > self.page && at > from {
                leaves.push(&cells[from..at]);
                (from, size) = (at, 12);
            }
            size += cell.len() + 2;
        }
        leaves.push(&cells[from..]);
        let numbers: Vec<u32> = leaves
            .iter()
            .map(|leaf_cells| {
                self.pages.push(leaf(leaf_cells, kind, self.page, 0));
                self.pages()
            })
            .collect();
        if let [number] = *numbers {
            return number;
        }
        assert!(!index, "an index of several pages would have rows in its root");
        let (last, rest) = numbers.split_last().unwrap();
        let cells: Vec<Vec<u8>> = rest.iter().map(|number| [&number.to_be_bytes()[..], &[1]].concat()).collect();
        let mut root = leaf(&cells, 5, self.page, 0);
        root[8..12].copy_from_slice(&last.to_be_bytes());
        self.pages.push(root);
        self.pages()
    }

    /// The cells of rows; what is too long goes on in pages of its own.
    fn cells(&mut self, rows: &[Vec<Cell>], index: bool) -> Vec<Vec<u8>> {
        let usable = self.page;
        let most = if index { (usable - 12) * 64 / 255 - 23 } else { usable - 35 };
        let least = (usable - 12) * 32 / 255 - 23;
        let cell = |(number, row): (usize, &Vec<Cell>)| {
            let record = record(row, self.utf16);
            let mut cell = varint(record.len() as u64);
            if !index {
                cell.extend(varint(number as u64 + 1));
            }
            let fitting = least + record.len().saturating_sub(least) % (usable - 4);
            let local = if record.len() <= most {
                record.len()
            } else if fitting <= most {
                fitting
            } else {
                least
            };
            cell.extend(&record[..local]);
            let parts: Vec<&[u8]> = record[local..].chunks(usable - 4).collect();
            if !parts.is_empty() {
                cell.extend((self.pages() + 1).to_be_bytes());
            }
            for (index, part) in parts.iter().enumerate() {
                let next = if index + 1 == parts.len() { 0 } else { self.pages() + 2 };
                let mut page = [&next.to_be_bytes()[..], part].concat();
                page.resize(usable, 0);
                self.pages.push(page);
            }
            cell
        };
        rows.iter().enumerate().map(cell).collect()
    }
}

/// A page of cells, with them at its end.
fn leaf(cells: &[Vec<u8>], kind: u8, size: usize, start: usize) -> Vec<u8> {
    let mut page = vec![0; size];
    let mut content = size;
    let mut pointer = start + if kind == 5 { 12 } else { 8 };
    for cell in cells {
        content -= cell.len().max(4);
        page[content..content + cell.len()].copy_from_slice(cell);
        page[pointer..pointer + 2].copy_from_slice(&(content as u16).to_be_bytes());
        pointer += 2;
    }
    assert!(pointer <= content, "the cells fit in a page");
    page[start] = kind;
    page[start + 3..start + 5].copy_from_slice(&(cells.len() as u16).to_be_bytes());
    page[start + 5..start + 7].copy_from_slice(&(content as u16).to_be_bytes());
    page
}

pub fn varint(value: u64) -> Vec<u8> {
    if value >> 56 != 0 {
        let mut bytes: Vec<u8> = (0..8).rev().map(|index| (value >> (8 + 7 * index)) as u8 | 0x80).collect();
        bytes.push(value as u8);
        return bytes;
    }
    let mut bytes = vec![(value & 0x7f) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}

/// A row as its record.
fn record(row: &[Cell], utf16: bool) -> Vec<u8> {
    let (mut types, mut body) = (Vec::new(), Vec::new());
    for cell in row {
        match cell {
            Cell::Null => types.extend(varint(0)),
            Cell::Int(number) => {
                types.extend(varint(6));
                body.extend(number.to_be_bytes());
            }
            Cell::Text(text) => {
                let bytes = match utf16 {
                    true => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                    false => text.clone().into_bytes(),
                };
                types.extend(varint(bytes.len() as u64 * 2 + 13));
                body.extend(bytes);
            }
            Cell::Blob(bytes) => {
                types.extend(varint(bytes.len() as u64 * 2 + 12));
                body.extend(bytes);
            }
        }
    }
    let mut length = types.len() as u64 + 1;
    if varint(length).len() > 1 {
        length = types.len() as u64 + 2;
    }
    [varint(length), types, body].concat()
}
