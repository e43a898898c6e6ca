#!/usr/bin/env python3
"""Times `keyscan --staged` against `git diff --cached --quiet` in a generated repository. See benches/README.md.

    benches/staged.py                  50,000 files of which 3 are staged; builds keyscan first
    PAIRS=5 benches/staged.py          fewer pairs than the default of 21
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = 50_000
FOLDERS = 2_500
STAGED = 3
GATE = 4.0  # CPU, as a ratio to git in the same run

TOP = Path(__file__).resolve().parent.parent
NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": f"{what}@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def make(folder, git):
    """A repository with one commit, and a few changes staged on top of it."""
    rng = random.Random(1)
    folders = [f"src/part{n % 50}/module{n}/inner" for n in range(FOLDERS)]
    paths = [f"{folders[n % FOLDERS]}/file{n}.py" for n in range(FILES)]
    for name in folders:
        (folder / name).mkdir(parents=True)
    for n, path in enumerate(paths):
        (folder / path).write_text(f"# file {n}\nvalue = {rng.random()}\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "all of it")
    git("gc", "-q")
    for path in rng.sample(paths, STAGED):
        (folder / path).write_text("changed = True\n")
    git("add", "-A")


def cpu(command, folder):
    """Seconds of processor time that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env={**os.environ, **NOBODY}, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        sys.exit(f"{command} ended with {done.returncode}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=TOP, check=True)
    keyscan = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")).resolve() / "release/keyscan"
    with tempfile.TemporaryDirectory(prefix="keyscan-bench.") as name:
        folder = Path(name)
        env = {**os.environ, **NOBODY}
        make(folder, lambda *arguments: subprocess.run(["git", *arguments], cwd=folder, env=env, check=True))
        theirs, ours = ["git", "diff", "--cached", "--quiet"], [keyscan, "--staged", "--no-config", "--no-progress"]
        cpu(theirs, folder), cpu(ours, folder)
        pairs = [(cpu(ours, folder), cpu(theirs, folder)) for _ in range(int(os.environ.get("PAIRS", "21")))]
    ratio = statistics.median(own / other for own, other in pairs)
    own, other = (statistics.median(column) * 1000 for column in zip(*pairs))
    verdict = "met" if ratio <= GATE else "MISSED"
    print(f"staged: keyscan {own:.1f} ms, git {other:.1f} ms of CPU, ratio {ratio:.2f}, gate {GATE}: {verdict}")
    sys.exit(ratio > GATE)


if __name__ == "__main__":
    main()
