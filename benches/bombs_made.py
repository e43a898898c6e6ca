"""The inputs of bombs.py: each function fills a folder, with work that doubles when the amount does.

No key stands here: keys are put together from a fixed seed when an input is made.
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

MIB = 1 << 20
MARK = "T3Blbk" + "FJ"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def keys(count, seed=1):
    """So many strings of the shape of a key, each another."""
    chance = random.Random(seed)
    letters = [chance.choice(ALPHABET) for _ in range(148)]
    for number in range(count):
        for _ in range(4):
            letters[chance.randrange(148)] = chance.choice(ALPHABET)
        tail = "".join(ALPHABET[(number * 7 + 31 * place + number // 62**place) % 62] for place in range(8))
        yield "sk-proj-" + "".join(letters[:74]) + MARK + "".join(letters[82:]) + tail


def key(seed=7):
    """One of them."""
    return next(keys(1, seed))


def env(seed=7):
    """A line that any scan has to find."""
    return f"OPENAI_API_KEY={key(seed)}\n".encode()


def zip_of(members, method=zipfile.ZIP_DEFLATED):
    """A zip archive in memory."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return room.getvalue()


def tar_of(members):
    """A tar archive in memory."""
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return room.getvalue()


def zeros(open_file, mib):
    """Writes so many MiB of zeros."""
    piece = bytes(MIB)
    with open_file as file:
        for _ in range(mib):
            file.write(piece)


def repeated(path, piece, count):
    """Writes a piece so many times."""
    at_once = max(1, MIB // max(1, len(piece)))
    with open(path, "wb") as file:
        for _ in range(count // at_once):
            file.write(piece * at_once)
        file.write(piece * (count % at_once))


def zip_zeros(folder, mib):
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        zeros(archive.open("zeros.txt", "w", force_zip64=True), mib)


def zip_nested(folder, copies):
    content = zip_of([("zeros.txt", bytes(MIB))])
    for level in range(5):
        content = zip_of([(f"{level}-{copy}.zip", content) for copy in range(copies)])
    (folder / "a.zip").write_bytes(content)


def zip_overlapping(folder, entries):
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(bytes(MIB)) + packed.flush()
    crc, name = zlib.crc32(bytes(MIB)), b"a.txt"
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(body), MIB, len(name), 0) + name
    listed = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, crc, len(body), MIB, 7, 0, 0, 0, 0, 0, 0)
        + b"%07d" % number
        for number in range(min(entries, 65535))
    )
    count = min(entries, 65535)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(listed), len(local) + len(body), 0)
    (folder / "a.zip").write_bytes(local + body + listed + end)


def unrolled(pack):
    """What a quine of a format unpacks to, as far as anybody would follow it: itself in itself."""

    def make(folder, layers):
        content = env()
        for _ in range(layers):
            content = pack(content)
        (folder / "quine").write_bytes(content)

    return make


def gzip_zeros(folder, mib):
    zeros(gzip.open(folder / "a.gz", "wb", 6), mib)


def gzip_gzip(folder, mib):
    zeros(gzip.open(folder / "inner", "wb", 6), mib)
    (folder / "a.gz.gz").write_bytes(gzip.compress((folder / "inner").read_bytes()))
    (folder / "inner").unlink()


def bz2_zeros(folder, mib):
    zeros(bz2.open(folder / "a.bz2", "wb"), mib)


def xz_zeros(folder, mib):
    zeros(lzma.open(folder / "a.xz", "wb", preset=1), mib)


def zstd_zeros(folder, mib):
    """A frame of blocks that each say: 128 KiB of one byte, in four bytes."""
    with open(folder / "a.zst", "wb") as file:
        file.write(bytes.fromhex("28b52ffd") + bytes([0x00, 0x58]))
        blocks = mib * 8
        for number in range(blocks):
            head = (128 * 1024) << 3 | 1 << 1 | (number + 1 == blocks)
            file.write(head.to_bytes(3, "little") + b"a")


def tar_huge(folder, members):
    """Members that say they have exabytes, or less than nothing."""
    whole = b""
    for number in range(members):
        head = bytearray(tarfile.TarInfo(f"a{number}.env").tobuf(tarfile.USTAR_FORMAT))
        head[124:136] = [b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\x80" + bytes(5) + b"\x7f" + b"\xff" * 5][number % 4]
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        whole += bytes(head) + env(number)
    (folder / "a.tar").write_bytes(whole)


def tar_empty(folder, members):
    with open(folder / "a.tar", "wb") as file:
        for number in range(members):
            file.write(tarfile.TarInfo(f"{number}.env").tobuf(tarfile.USTAR_FORMAT))
        file.write(bytes(1024))


def tar_tars(folder, members):
    content = tar_of([(f"{number}.env", env(number)) for number in range(members)])
    for level in range(8):
        content = tar_of([(f"{level}.tar", content)])
    (folder / "a.tar").write_bytes(content)


def docker_layers(folder, layers):
    members = [(f"{number}/layer.tar", tar_of([(f"app/{number}.env", env(number))])) for number in range(layers)]
    manifest = [{"Config": "config.json", "RepoTags": ["a:b"], "Layers": [name for name, _ in members]}]
    config = {"history": [{"created_by": f"ENV A{number}=b"} for number in range(layers)]}
    texts = [("manifest.json", json.dumps(manifest).encode()), ("config.json", json.dumps(config).encode())]
    (folder / "image.tar").write_bytes(tar_of(texts + members))


def laughs(entities):
    lines = ['<!ENTITY a0 "https://api.openai.com/v1">']
    lines += [f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, entities)]
    return ("<?xml version='1.0'?><!DOCTYPE x [" + "\n".join(lines) + f"]><x>&a{entities - 1};</x>").encode()


def docx_laughs(folder, entities):
    (folder / "a.docx").write_bytes(zip_of([("word/document.xml", laughs(entities)), ("[Content_Types].xml", b"<x/>")]))


def xml_laughs(folder, entities):
    (folder / "a.svg").write_bytes(laughs(entities))
    (folder / "web.config.xml").write_bytes(laughs(entities))


def yaml_aliases(folder, anchors):
    lines = ["a0: &a0 [OPENAI_BASE_URL, https://api.openai.com/v1]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, anchors)]
    (folder / "config.yaml").write_text("\n".join(lines) + "\n" + env().decode().replace("=", ": "))


def json_deep(folder, depth):
    (folder / "config.json").write_text('{"a":[' * depth + json.dumps(env().decode()) + "]}" * depth)


def base64_deep(folder, layers):
    content = env()
    for _ in range(min(layers, 40)):
        content = base64.b64encode(b"https://api.openai.com/v1 " + content)
    (folder / "a.txt").write_bytes(content)


def base64_megabytes(folder, mib):
    inner = base64.b64encode(b"https://api.openai.com/v1 " * (mib * MIB // 48))
    (folder / "a.txt").write_bytes(base64.b64encode(b"https://a.example/ " + inner))


def json_line(folder, mib):
    repeated(folder / "a.json", b'{"OPENAI_BASE_URL":"https://api.openai.com/v1","n":1234567890},', mib * MIB // 63)


def sparse(folder, mib):
    with open(folder / "a.bin", "wb") as file:
        file.truncate(mib * MIB)
        file.seek(mib * MIB - 4096)
        file.write(env())


def lines_of_keys(name, count, line):
    with open(name, "w") as file:
        for found in keys(count):
            file.write(line.format(found))


def many_keys(folder, count):
    lines_of_keys(folder / "a.env", count, "K={}\n")


def keys_line(folder, count):
    lines_of_keys(folder / "a.txt", count, "{} ")


def keys_files(folder, count):
    for number, found in enumerate(keys(count)):
        path = folder / f"{number // 1000}" / f"{number}.env"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"OPENAI_API_KEY={found}\n")


def tar_archives(folder, archives):
    small = zip_of([("a.env", env())], zipfile.ZIP_STORED)
    with open(folder / "a.tar", "wb") as file:
        for number in range(archives):
            entry = tarfile.TarInfo(f"{number}.zip")
            entry.size = len(small)
            file.write(entry.tobuf(tarfile.USTAR_FORMAT) + small + bytes(-len(small) % 512))
        file.write(bytes(1024))


def sqlite_cycle(folder, pages):
    """A table whose pages name each other as children, round and round."""
    size = 4096
    head = bytearray(b"SQLite format 3\0" + struct.pack(">HBBBBBB", size, 1, 1, 0, 64, 32, 32))
    head += struct.pack(">IIIIIIIIIIII", 1, pages, 0, 0, 1, 4, 0, 0, 1, 0, 0, 0)
    head += bytes(100 - len(head))
    schema = b"CREATE TABLE channels(key TEXT)"
    record = bytes([6, 23, 29, 29, 1, 13 + 2 * len(schema)]) + b"table" + b"channels"[:8] + b"channels"[:8] + b"\x02" + schema
    cell = bytes([len(record), 1]) + record
    first = bytearray(size)
    first[: len(head)] = head
    first[100:108] = struct.pack(">BHHHB", 13, 0, 1, size - len(cell), 0)
    first[108:110] = struct.pack(">H", size - len(cell))
    first[size - len(cell) :] = cell
    with open(folder / "one-api.db", "wb") as file:
        file.write(first)
        for page in range(2, pages + 1):
            inner = bytearray(size)
            follow = page % pages + 1
            children = b"".join(struct.pack(">IB", max(2, (page * step) % pages + 1), step) for step in range(1, 100))
            inner[0:12] = struct.pack(">BHHHBI", 5, 0, 99, size - len(children), 0, max(2, follow))
            for number in range(99):
                inner[12 + 2 * number : 14 + 2 * number] = struct.pack(">H", size - len(children) + 5 * number)
            inner[size - len(children) :] = children
            inner[2000:2200] = env(page)[:200].ljust(200, b" ")
            file.write(inner)


def notebook(folder, mib):
    text = ["https://api.openai.com/v1 and more output of a cell\n"] * (mib * MIB // 56)
    cell = {"cell_type": "code", "source": ["print()"], "outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def utf16(folder, mib):
    text = "OPENAI_BASE_URL=https://api.openai.com/v1\r\n".encode("utf-16-le")
    repeated(folder / "a.txt", text, mib * MIB // len(text))


def percent(folder, mib):
    text = "".join(f"%{byte:02x}" for byte in b"https://api.openai.com/v1 key=sk-") + "\n"
    repeated(folder / "a.txt", text.encode(), mib * MIB // len(text))


def entities(folder, mib):
    text = "".join(f"&#{byte};" for byte in b"https://api.openai.com/v1 key=sk-") + "\n"
    repeated(folder / "a.html", text.encode(), mib * MIB // len(text))


def soup(folder, mib):
    text = "\\" * 40 + '\\u0073\\x6b-\\"\\n' + "".join(f"\\u{byte:04x}" for byte in b"https://api.openai.com") + '"'
    repeated(folder / "a.js", text.encode(), mib * MIB // len(text))


def text(name, piece, before=b"", behind=b""):
    """So many pieces of text one behind the other."""

    def make(folder, count):
        repeated(folder / name, piece, count)
        path = folder / name
        path.write_bytes(before + path.read_bytes() + behind)

    return make


def brackets(name, opened, closed, before=b"OPENAI_BASE_URL = 'https://api.openai.com/v1'\n"):
    """Brackets in brackets."""

    def make(folder, depth):
        (folder / name).write_bytes(before + opened * depth + closed * depth + b"\n" + env())

    return make


def names(folder, count):
    with open(folder / "settings.env", "w") as file:
        file.writelines(f"SERVICE_{number}_OPENAI_API_KEY=x{number}\n" for number in range(count))


def urls(folder, count):
    with open(folder / "urls.txt", "w") as file:
        file.writelines(f"https://a{number}.example.com/v1/chat/completions\n" for number in range(count))


def hosts(folder, labels):
    (folder / "config.env").write_bytes(b"OPENAI_BASE_URL=https://" + b"a." * labels + b"example.com/v1\n")


TEXTS = {
    "prefixes": ("a.env", b"sk-"),
    "prefix-marker": ("a.txt", b"sk-proj-" + MARK.encode()),
    "markers": ("a.txt", MARK.encode()),
    "marker-words": ("a.txt", MARK.encode() + b" "),
    "schemes": ("a.env", b"://"),
    "scheme-words": ("a.env", b"https://"),
    "setting-names": ("a.env", b"OPENAI_"),
    "settings-open": ("a.env", b"OPENAI_API_KEY="),
    "equals": ("a.env", b"="),
    "quotes": ("config.py", b"\"'"),
    "commas": ("config.py", b","),
    "lines": ("a.env", b"\n"),
    "allows": ("a.py", b"# keyscan:allow\n"),
    "allow-line": ("a.py", b"# keyscan:allow "),
    "base64-heads": ("a.txt", b"aHR0cHM6Ly9hcGkub3BlbmFpLmNvbS92 "),
    "backslashes": ("a.js", b"\\"),
}

# Name: what makes it, and how much of it.
BOMBS = {
    "zip-zeros": (zip_zeros, 512),
    "zip-nested": (zip_nested, 8),
    "zip-overlapping": (zip_overlapping, 60000),
    "zip-quine": (unrolled(lambda content: zip_of([("quine.zip", content)], zipfile.ZIP_STORED)), 400),
    "gzip-zeros": (gzip_zeros, 1024),
    "gzip-gzip": (gzip_gzip, 1024),
    "gzip-quine": (unrolled(gzip.compress), 1000),
    "bzip2-zeros": (bz2_zeros, 1024),
    "xz-zeros": (xz_zeros, 1024),
    "zstd-zeros": (zstd_zeros, 4096),
    "tar-huge": (tar_huge, 1000),
    "tar-empty": (tar_empty, 1_000_000),
    "tar-tars": (tar_tars, 10_000),
    "docker-layers": (docker_layers, 100),
    "docx-laughs": (docx_laughs, 10_000),
    "xml-laughs": (xml_laughs, 10_000),
    "yaml-aliases": (yaml_aliases, 20_000),
    "json-deep": (json_deep, 1_000_000),
    "base64-deep": (base64_deep, 20),
    "base64-base64": (base64_megabytes, 2),
    "json-line": (json_line, 100),
    "sparse": (sparse, 4096),
    "keys-10m": (many_keys, 10_000_000),
    "keys-line": (keys_line, 1_000_000),
    "keys-files": (keys_files, 200_000),
    "tar-archives": (tar_archives, 1_000_000),
    "sqlite-cycle": (sqlite_cycle, 5000),
    "notebook": (notebook, 50),
    "utf16": (utf16, 50),
    "percent": (percent, 20),
    "entities": (entities, 20),
    "escape-soup": (soup, 20),
    "names": (names, 1_000_000),
    "urls": (urls, 1_000_000),
    "host-labels": (hosts, 10_000),
}
for _name, (_file, _piece) in TEXTS.items():
    BOMBS[f"text-{_name}"] = (text(_file, _piece, behind=b"\n" + env()), 8 * MIB // len(_piece))
for _name, _opened, _closed in [
    ("a.json", b"[", b"]"), ("b.json", b'{"a":', b"}"), ("a.yaml", b"[", b"]"), ("a.toml", b"[", b"]"), ("a.xml", b"<a>", b"</a>"),
    ("a.py", b"(", b")"), ("a.ts", b"{", b"}"), ("a.js", b"`${", b"}`"), ("a.sh", b"$(", b")"), ("a.tf", b"a {\n", b"}\n"), ("nginx.conf", b"a {\n", b"}\n"),
    ("Caddyfile", b"a {\n", b"}\n"), ("a.clj", b"(", b")"), ("a.md", b"> ", b""), ("a.sql", b"(", b")"), ("Makefile", b"$(", b")"), ("a.html", b"<a>", b"</a>"), ("a.tsx", b"<a>", b"</a>"),
    ("Dockerfile", b"RUN (", b")"), ("a.ini", b"[a]\n", b""), ("a.properties", b"a.", b""), ("a.ps1", b"@{a=", b"}"), ("config.yaml", b"- ", b""), ("c.yaml", b"a:\n ", b""),
]:  # fmt: skip
    BOMBS[f"deep-{_name}"] = (brackets(_name, _opened, _closed), 100_000)
