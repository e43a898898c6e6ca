#!/usr/bin/env python3
"""Hostile inputs: makes each of them, runs keyscan on it and on one half its size, and prints what that cost.

    python3 benches/bombs.py                                     # target/release/keyscan, everything
    python3 benches/bombs.py --keyscan target/debug/keyscan --scale 0.1 --rss-only
    python3 benches/bombs.py --only gzip-zeros,keys-10m --keep /tmp/bombs

A table on standard output: bytes of input, wall time, CPU time, how that grew from half the input, peak memory, exit code,
and why something was skipped. Exit code 1 if a run took over 300 MB, cost more than 2.6 times as much as half of it did, was
killed, or ended with a code that no scan has. Python's standard library is all that it needs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bombs_made import BOMBS

MOST_MEMORY = 300 * 1000 * 1000
MOST_GROWTH = 2.6
# Below this, starting the program and noise are all that is measured.
LEAST_COST = 0.05
LONGEST = 600


def run(keyscan, folder):
    """Scans a folder: exit code, wall seconds, CPU seconds, peak bytes, reasons of what was skipped."""
    report = folder.parent / "report.json"
    command = [keyscan, "--format", f"json={report}", "--no-progress", "--no-config", "-q", str(folder)]
    begin = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = begin + LONGEST
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            child.kill()
        time.sleep(0.005)
    wall = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    errors = child.stderr.read().decode(errors="replace")
    child.stderr.close()
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    reasons, findings = {}, 0
    if child.returncode in (0, 1, 3):
        scan = json.loads(report.read_text())
        findings = len(scan["findings"])
        for skipped in scan["scan"]["skipped"]:
            name = skipped.get("limit", skipped["reason"])
            reasons[name] = reasons.get(name, 0) + 1
        report.unlink()
    else:
        reasons[errors.strip().splitlines()[0] if errors.strip() else "nothing said"] = 1
    return child.returncode, wall, usage.ru_utime + usage.ru_stime, peak, findings, reasons


def size_of(folder):
    """Bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def measure(keyscan, make, amount, keep):
    """Makes a bomb, scans it, and takes it away."""
    with tempfile.TemporaryDirectory(prefix="bomb-", dir=keep) as place:
        folder = Path(place) / "in"
        folder.mkdir()
        make(folder, amount)
        return size_of(folder), run(keyscan, folder)


def main():
    parser = argparse.ArgumentParser(description="hostile inputs, and what they cost")
    parser.add_argument("--keyscan", default="target/release/keyscan")
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the inputs; 1 is as hostile as it gets")
    parser.add_argument("--rss-only", action="store_true", help="judge memory and exit codes alone (debug builds)")
    parser.add_argument("--keep", help="folder for the inputs while they are there")
    arguments = parser.parse_args()

    wanted = arguments.only.split(",") if arguments.only else list(BOMBS)
    unknown = [name for name in wanted if name not in BOMBS]
    if unknown:
        parser.error(f"no such input: {', '.join(unknown)}; known are {', '.join(BOMBS)}")

    bad = []
    print(f"{'input':<22} {'bytes':>13} {'wall s':>7} {'CPU s':>7} {'growth':>6} {'MB':>5} exit found  skipped")
    for name in wanted:
        make, amount = BOMBS[name]
        # Even, so that its half is one.
        amount = max(2, int(amount * arguments.scale) // 2 * 2)
        _, (_, _, half, _, _, _) = measure(arguments.keyscan, make, amount // 2, arguments.keep)
        size, (code, wall, cpu, peak, findings, reasons) = measure(arguments.keyscan, make, amount, arguments.keep)
        growth = cpu / half if half > 0 else 0.0
        faults = []
        if code not in (0, 1, 3):
            faults.append("exit code")
        if peak > MOST_MEMORY:
            faults.append("memory")
        if not arguments.rss_only and cpu > LEAST_COST and growth > MOST_GROWTH:
            faults.append("growth")
        skipped = ", ".join(f"{reason}: {count}" for reason, count in sorted(reasons.items())) or "-"
        told = f"{name:<22} {size:>13,} {wall:>7.2f} {cpu:>7.2f} {growth:>6.2f} {peak / 1e6:>5.0f} {code:>4} {findings:>5}  {skipped}"
        print(told + (f"  <- {', '.join(faults)}" if faults else ""), flush=True)
        bad.extend(f"{name}: {fault}" for fault in faults)
    if bad:
        sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
