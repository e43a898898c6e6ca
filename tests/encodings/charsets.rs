//! Text around a key in other character sets: the key is exact, and its line counts.

use super::{keys, only};

#[test]
fn bytes_of_other_character_sets_around_a_key_take_nothing_from_it() {
    for key in keys(0x71) {
        for (name, around) in [
            ("Latin-1", &b"f\xfcr den Schl\xfcssel "[..]),
            ("Windows-1252", b"\x84Schl\xfcssel\x93 \x96 "),
            ("GBK", b"\xc3\xdc\xd4\xbf\xa3\xba"),
            ("Shift-JIS", b"\x83L\x81[\x81F"),
            ("Big5", b"\xaa\xf7\xc6_\xa1G"),
            ("EUC-KR", b"\xc5\xb0 : "),
            ("KOI8-R", b"\xeb\xcc\xc0\xde: "),
        ] {
            for quote in ["", "\"", "'"] {
                let line = [
                    b"a\n# ".as_slice(),
                    around,
                    b"\nkey = ",
                    quote.as_bytes(),
                    key.as_bytes(),
                    quote.as_bytes(),
                    b" ",
                    around,
                ];
                let found = only("a.txt", &line.concat(), &key, &[]);
                assert_eq!((found.line, found.column), (3, 7 + quote.len() as u64), "{name}");
                assert_eq!(found.end_column, found.column + key.len() as u64, "{name}");
                let glued = [around, b"\"", key.as_bytes(), b"\"", around, b"\n"].concat();
                let found = only("a.txt", &glued, &key, &[]);
                assert_eq!((found.line, found.end_column - found.column), (1, key.len() as u64), "{name}");
            }
        }
    }
}

#[test]
fn a_mark_of_utf_8_is_no_character() {
    for key in keys(0x72) {
        let found = only(".env", format!("\u{feff}OPENAI_API_KEY={key}\n").as_bytes(), &key, &[]);
        assert_eq!((found.line, found.column), (1, 16));
        let found = only(".env", format!("\u{feff}{key}\n").as_bytes(), &key, &[]);
        assert_eq!((found.line, found.column), (1, 1));
    }
}
