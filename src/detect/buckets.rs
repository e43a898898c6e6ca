//! Which literals of the prefilter share a bucket. Written by `benches/buckets.rs`; do not edit.

/// Literals of three bytes.
pub(super) const SHORT: [&[&[u8]]; 8] = [
    &[b"eyJ", b"fk-", b"hk-", b"pk-"],
    &[b"s\x00k", b"sk\x1b", b"sk`", b"sk\xe2"],
    &[b"NrL", b"cr_", b"fw_"],
    &[b":\x00/", b"sb-", b"sk-", b"sk="],
    &[b"://", b"sk%", b"sk&", b"sk\xef"],
    &[b"ek_", b"hf_", b"zay"],
    &[b"2f\\", b"68\\", b"73\\", b"sk\\"],
    &[b"r8_", b"zu-", b"{73"],
];

/// Longer ones.
pub(super) const LONG: [&[&[u8]]; 16] = [
    &[b"73,6", b"736B", b"736b", b"73:6", b"73;&", b"H4sI", b"Host:", b"sess-"],
    &[
        b"%u006",
        b"%u007",
        b"//:ptth",
        concat!("//", ":sptth").as_bytes(),
        concat!("Qz", "Qmxia0ZK").as_bytes(),
        concat!("UM", "0JsYmtGS").as_bytes(),
        b"VDFCR",
        concat!("VD", "NCbGJrRk").as_bytes(),
    ],
    &[b"%2568", concat!("68", "747470").as_bytes(), b"6B 2D", b"6b 2d", b"73 6", b"73 \\6", b"WXpKe", b"ge ="],
    &[b"2F\\u0", b"2F\\x2", b"HIPU", b"SDRzS", b"YzJzd", concat!("cw", "BrAC0A").as_bytes(), b"hipu", b"idr_"],
    &[b".host =", b"104,", b"104;&", b"115 107", b"115,", b"115;&", b"zAGsALQ"],
    &[b"0163", b"0X73", b"0x73", concat!("@c", "onnect").as_bytes(), b"hatGPT", b"hatgpt", b"lsv2_"],
    &[
        b"HATGPT",
        concat!("HT", "TPSConnection(").as_bytes(),
        b"O\x00P\x00E\x00N",
        b"O\x00p\x00e\x00n",
        b"aHR0c",
        b"o\x00p\x00e\x00n",
        b"rt.1.",
    ],
    &[b"2F;&", b"2f;&", b"47;&", b"68;&", b"6b2d", b"c2st", concat!("ch", "at/completions").as_bytes()],
    &[b"AIza", b"EXTAPI", b"IPROXY", b"ITELLM", b"extapi", b"iproxy", b"itellm"],
    &[b"0o163", concat!("JF", "kblB3T").as_bytes(), b"PI2D", b"pi2d", b"tname =", b"tname:", b"xai-"],
    &[b"%2573", b"%68%7", b"%73%6", b"(115)", b"age\":", b"age:", concat!("do", "cker run").as_bytes()],
    &[b"PENAI", b"PEN_AI", b"PUEVOQU", b"fta_", b"gsk_", b"jMnN0", b"nvapi-"],
    &[b"penAI", b"penAi", b"pen_ai", b"penai", b"pplx-", b"s\x00\x00\x00k", b"sol;&"],
    &[b":/$()/", b":\\\\/\\", b":\\\\u0", b":\\\\x2", b"MAawAt", b"Myc3", b"csk-"],
    &[
        concat!("%3", "A%2F%2F").as_bytes(),
        concat!("%3", "a%2f%2f").as_bytes(),
        concat!("-1", "v-ro-ks").as_bytes(),
        b"50\\16",
        b"63\\15",
        concat!("T1", "BFTkFJ").as_bytes(),
        concat!("T3", "BlbkFJ").as_bytes(),
    ],
    &[b"9QRU5BS", b":\\/\\/", b"FROM ", b"JQQJ99", concat!("ZU", "RE_API").as_bytes(), b"v1.M", b"{68}\\"],
];
