#!/usr/bin/env python3
"""Hostile inputs: makes each of them, runs keyscan on it and on one half its size, and prints what that cost.

    python3 benches/bombs.py                                     # target/release/keyscan, everything
    python3 benches/bombs.py --keyscan target/debug/keyscan --scale 0.1 --rss-only
    python3 benches/bombs.py --only gzip-zeros,keys-10m --keep /tmp/bombs

A table on standard output: bytes of input, wall time, CPU time, how that grew from half the input, peak memory, exit code,
and why something was skipped. Exit code 1 if a run took over 300 MB, cost more than 2.6 times as much as half of it did, was
killed, or ended with a code that no scan has. Python's standard library is all that it needs.

Each input is made by a process of its own (`--make`), gone before keyscan starts, and keyscan is started by a third one
(`bombs_measured.py`) that is small: what a process held before it became another counts as the other's peak.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bombs_made import BOMBS

MOST_MEMORY = 300 * 1000 * 1000
MOST_GROWTH = 2.6
# Below this many seconds, starting the program and noise are all that is measured.
LEAST_COST = 0.2
# A run that grew too much is measured so often, and the cheapest run of each size counts: other work on the machine only
# ever makes one dearer.
TRIES = 3
MEASURED = Path(__file__).with_name("bombs_measured.py")


def run(keyscan, folder):
    """Scans a folder: what it cost, exit code, how many findings, reasons of what was skipped."""
    report = folder.parent / "report.json"
    command = [keyscan, "--format", f"json={report}", "--no-progress", "--no-config", "-q", str(folder)]
    measured = subprocess.run(
        [sys.executable, "-I", "-S", str(MEASURED), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False
    )
    errors = measured.stderr.decode(errors="replace").strip()
    if measured.returncode != 0:
        sys.exit(f"nothing measured: {errors}")
    cost = json.loads(measured.stdout)
    reasons, findings = {}, 0
    if cost["code"] in (0, 1, 3):
        findings, reasons = told(report)
    else:
        reasons[errors.splitlines()[0] if errors else "nothing said"] = 1
    report.unlink(missing_ok=True)
    return cost | {"findings": findings, "reasons": reasons}


def told(report):
    """How many findings a report has, and how often each reason to skip something."""
    scan = json.loads(report.read_text())
    reasons = {}
    for skipped in scan["scan"]["skipped"]:
        name = skipped.get("limit", skipped["reason"])
        reasons[name] = reasons.get(name, 0) + skipped.get("count", 1)
    return len(scan["findings"]), reasons


def size_of(folder):
    """Bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def made(name, amount, place):
    """Makes a bomb, in a process of its own: many hold more than keyscan may."""
    folder = Path(place) / "in"
    folder.mkdir()
    subprocess.run([sys.executable, __file__, "--make", name, str(amount), str(folder)], check=True)
    return folder


def measure(keyscan, name, amount, keep, judge_growth):
    """Scans a bomb and one of half its size: bytes, cost of the whole, growth."""
    with tempfile.TemporaryDirectory(prefix="bomb-", dir=keep) as small, tempfile.TemporaryDirectory(prefix="bomb-", dir=keep) as large:
        half = made(name, amount // 2, small)
        whole = made(name, amount, large)
        least = float("inf")
        cost = None
        for _ in range(TRIES if judge_growth else 1):
            least = min(least, run(keyscan, half)["cpu"])
            again = run(keyscan, whole)
            peak = max(again["peak"], cost["peak"] if cost else 0)
            cost = (again if cost is None or again["cpu"] < cost["cpu"] else cost) | {"peak": peak}
            if cost["cpu"] <= LEAST_COST or cost["cpu"] <= MOST_GROWTH * least:
                break
        return size_of(whole), cost, cost["cpu"] / least if least > 0 else 0.0


def faults_of(cost, growth, judge_growth):
    """What is wrong with a run."""
    faults = []
    if cost["code"] not in (0, 1, 3):
        faults.append("exit code")
    if cost["peak"] > MOST_MEMORY:
        faults.append("memory")
    if judge_growth and cost["cpu"] > LEAST_COST and growth > MOST_GROWTH:
        faults.append("growth")
    return faults


def main():
    parser = argparse.ArgumentParser(description="hostile inputs, and what they cost")
    parser.add_argument("--keyscan", default="target/release/keyscan")
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the inputs; 1 is as hostile as it gets")
    parser.add_argument("--rss-only", action="store_true", help="judge memory and exit codes alone (debug builds)")
    parser.add_argument("--keep", help="folder for the inputs while they are there")
    parser.add_argument("--make", nargs=3, metavar=("NAME", "AMOUNT", "FOLDER"), help="only make one input")
    arguments = parser.parse_args()

    if arguments.make:
        name, amount, folder = arguments.make
        BOMBS[name][0](Path(folder), int(amount))
        return
    wanted = arguments.only.split(",") if arguments.only else list(BOMBS)
    unknown = [name for name in wanted if name not in BOMBS]
    if unknown:
        parser.error(f"no such input: {', '.join(unknown)}; known are {', '.join(BOMBS)}")

    bad = []
    print(f"{'input':<22} {'bytes':>13} {'wall s':>7} {'CPU s':>7} {'growth':>6} {'MB':>5} exit {'found':>6}  skipped")
    for name in wanted:
        # Even, so that its half is one.
        amount = max(2, int(BOMBS[name][1] * arguments.scale) // 2 * 2)
        judge_growth = not arguments.rss_only
        size, cost, growth = measure(arguments.keyscan, name, amount, arguments.keep, judge_growth)
        faults = faults_of(cost, growth, judge_growth)
        skipped = ", ".join(f"{reason}: {count}" for reason, count in sorted(cost["reasons"].items())) or "-"
        row = f"{name:<22} {size:>13,} {cost['wall']:>7.2f} {cost['cpu']:>7.2f} {growth:>6.2f} {cost['peak'] / 1e6:>5.0f}"
        row += f" {cost['code']:>4} {cost['findings']:>6}  {skipped}"
        print(row + (f"  <- {', '.join(faults)}" if faults else ""), flush=True)
        bad.extend(f"{name}: {fault}" for fault in faults)
    if bad:
        sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
