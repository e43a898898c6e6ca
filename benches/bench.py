"""Generates the benchmark corpora and times keyscan against ripgrep, pair by pair. Called by run.sh."""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

WORDS = (
    "account address append array assert await batch binary bool branch buffer build bytes cache call char check class "
    "client clone close code color column commit config const context copy count cursor data date debug decode default "
    "delete depth device disk drop each edge else empty encode end entry enum error event expect export extend "
    "field file filter find first flag float flush format frame from function future generic get group guard handle "
    "hash header hint host image import index init inner input insert instance int into item iter join key kind label "
    "last layer left len level limit line link list load local lock log loop main map mask match max merge "
    "message method min mode model module move name new next node none null number object offset open option order "
    "output owner page parent parse part path pattern peek pending pointer pool port prefix print private process "
    "public push query queue range raw read record ref region reject remove render reply request reset result return "
    "risk root route row run scan schema scope second self send set shape share size skip slice socket some sort "
    "source span split stack start state static status step store stream string struct style suffix super switch table "
    "tag target task test text thread time token top trace track trait tree true try tuple type unit update user "
    "value vec version view visit wait walk while width window with word wrap write yield zero"
).split()
# Words that end in a key's prefix, `sk-` above all, at about the rate at which real source has them.
PREFIXED = "disk-usage mask-image risk-level task-runner desk-check".split()
# Nine files in a hundred have names of configuration, which keyscan reads more closely: the share that the crates have
# which cargo downloads for this project.
SUFFIXES = ["rs", "py", "js", "ts", "go", "java", "c", "h"] * 11 + ["md"] * 4 + ["toml", "yaml", "json"] * 3
HOSTS = ["example.com", "static.example.net", "cdn.example.org", "docs.example.com", "intranet.example"]

# The most literals that ripgrep's packed search takes.
RG_LITERALS = 60

# What this is held to, as ratios to ripgrep in the same run.
GATES = {"tree": 1.2, "file": 1.2, "startup": 3.0}


def source_line(rng):
    words = rng.choices(WORDS, k=rng.randint(2, 12))
    shape = rng.random()
    if shape < 0.1:
        return ""
    if shape < 0.3:
        return "    " * rng.randint(1, 4) + f"{words[0]}_{words[1]}({', '.join(words[2:])});"
    if shape < 0.5:
        return "    " * rng.randint(1, 3) + f"let {words[0]} = {words[1]}.{'.'.join(words[2:5])};"
    return "    " * rng.randint(0, 3) + " ".join(words)


def make_tree(folder, files=11_000, total=65 << 20):
    """Many small files that look like source: a URL in every thirtieth line or so, no key."""
    folder.mkdir()
    rng = random.Random(1)
    # A pool of lines keeps generation at seconds; which lines a file takes is drawn for each file.
    lines = [source_line(rng) for _ in range(20_000)]
    lines += [f"// the {word} of the {rng.choice(WORDS)}" for word in PREFIXED]
    lines += [f"// see https://{rng.choice(HOSTS)}/{rng.choice(WORDS)}/{n}" for n in range(700)]
    weights = [rng.lognormvariate(0, 1.4) for _ in range(files)]
    scale = total / sum(weights)
    for n, weight in enumerate(weights):
        path = folder / f"pkg{n // 200:02}" / rng.choice(["src", "lib", "test"]) / f"{rng.choice(WORDS)}_{n}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(rng.choices(lines, k=max(1, int(weight * scale / 43.5))))
        path.with_suffix("." + rng.choice(SUFFIXES)).write_text(text + "\n")


def make_file(path, total=1 << 30):
    """One log with a URL in a tenth of its lines."""
    rng = random.Random(2)
    levels = ["INFO", "DEBUG", "WARN", "ERROR"]
    chunk = []
    for n in range(100_000):
        text = " ".join(rng.choices(WORDS, k=rng.randint(5, 15)))
        if n % 10 == 3:
            text += f" GET https://{rng.choice(HOSTS)}/{rng.choice(WORDS)}/{rng.randrange(10**6)}"
        chunk.append(f"2026-11-22T10:{n // 60 % 60:02}:{n % 60:02}Z {rng.choice(levels)} worker-{n % 16} {text}\n")
    data = "".join(chunk).encode()
    with open(path, "wb") as out:
        written = 0
        while written < total:
            written += out.write(data[: total - written])


def generate(make, place):
    """Makes a corpus in a process of its own: what this one uses would show up in the peaks of its children."""
    pid = os.fork()
    if pid == 0:
        make(place)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(f"cannot make {place}")


def run(command):
    """Wall and CPU seconds of one run. Exit code 1 only says whether something was found."""
    before = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - before
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {code}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(name, ours, theirs, pairs, gate_on):
    """Runs A B A B … and prints medians and the median of the pairs' ratios."""
    run(ours), run(theirs)
    rows = [(run(ours), run(theirs)) for _ in range(pairs)]
    ratios = [statistics.median(a[n] / b[n] for a, b in rows) for n in (0, 1)]
    for tool, side in (("keyscan", 0), ("rg", 1)):
        wall, cpu, peak = (statistics.median(row[side][n] for row in rows) for n in range(3))
        print(f"{name:8} {tool:8} wall {wall * 1000:8.1f} ms   cpu {cpu * 1000:8.1f} ms   peak {peak:6.0f} MiB")
    ratio, gate = ratios[gate_on], GATES[name]
    verdict = "ok" if ratio <= gate else "MISSED"
    print(f"{name:8} ratio    wall {ratios[0]:8.2f}      cpu {ratios[1]:8.2f}      "
          f"gate: {('wall', 'cpu')[gate_on]} at most {gate}: {verdict}\n", flush=True)
    return ratio <= gate


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keyscan", required=True)
    parser.add_argument("--literals", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("what", nargs="*", help=" ".join(GATES))
    options = parser.parse_args()
    if unknown := set(options.what) - set(GATES):
        parser.error(f"unknown: {' '.join(unknown)}")
    keyscan = [os.path.abspath(options.keyscan), "--no-config", "--no-ignore", "--exit-zero", "--no-progress"]

    # Beyond this many literals rg leaves its fast search; it gets as many as it is fast with.
    literals = options.literals.read_text().splitlines()[:RG_LITERALS]
    options.literals = options.corpus / "literals-for-rg"
    options.literals.write_text("\n".join(literals) + "\n")
    rg = ["rg", "--no-config", "--hidden", "--no-ignore", "--text", "-c", "-F", "-f", str(options.literals)]
    version = subprocess.run(["rg", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    print(f"{version}; {os.cpu_count()} cores; {len(options.literals.read_text().splitlines())} literals; {options.pairs} pairs\n", flush=True)

    passed = True
    for what in options.what or GATES:
        place = options.corpus / what
        generate({"tree": make_tree, "file": make_file, "startup": Path.mkdir}[what], place)
        pairs = options.pairs * 5 if what == "startup" else options.pairs
        passed &= compare(what, [*keyscan, str(place)], [*rg, str(place)], pairs, gate_on=int(what == "startup"))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
