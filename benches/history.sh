#!/usr/bin/env bash
# Compares `keyscan --history` with git reading every object of the same repository to nothing. See benches/README.md.
#
#   benches/history.sh              makes the repository (a few minutes, 300 MB), measures, removes it
#   benches/history.sh FOLDER       keeps the repository in FOLDER, and uses the one that is there already
#   PAIRS=3 benches/history.sh      fewer pairs than the default of 7
#   KEYSCAN=FILE benches/history.sh measures that binary
#
# Exits 1 where the wall time is more than 0.6 of git's.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in git cargo awk /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "benches/history.sh needs $tool" >&2; exit 2; }
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

if [ $# -gt 0 ]; then
    repository=$1
else
    repository=$(mktemp -d "${TMPDIR:-/tmp}/keyscan-history.XXXXXX")
    trap 'rm -rf "$repository"' EXIT
fi

keyscan=${KEYSCAN:-$PWD/${CARGO_TARGET_DIR:-target}/release/keyscan}
[ -n "${KEYSCAN:-}" ] || cargo build --release --locked --quiet
if [ ! -e "$repository/.git/made" ]; then
    mkdir -p "$repository"
    git -C "$repository" init -q -b main
    cargo run --release --locked --quiet --example history | git -C "$repository" fast-import --quiet
    git -C "$repository" repack -adfq
    git -C "$repository" reset -q --hard main
    touch "$repository/.git/made"
fi
cd "$repository"

git cat-file --batch-all-objects --batch-check='%(objecttype) %(objectsize)' --unordered |
    awk '{ count[$1]++; size[$1] += $2 } END { for (type in count) printf "%s: %d, %.0f MB\n", type, count[type], size[type] / 1e6 }'

times=$(mktemp)
ours() { "$keyscan" --history -j 2 --no-config --exit-zero --no-progress -q -f json -o /dev/null .; }
theirs() { git cat-file --batch-all-objects --batch --unordered >/dev/null; }
export keyscan
export -f ours theirs
timed() { /usr/bin/time -a -o "$times" -f "$1 %e %U %S %M" bash -c "$1"; }

found=$("$keyscan" --history -j 2 --no-config --exit-zero --no-progress -q -f json . | grep -c '"rule": "leaked-key"' || true)
echo "leaked keys found: $found"
theirs
for _ in $(seq "${PAIRS:-7}"); do
    timed ours
    timed theirs
done

awk '
    function median(list, count,    i, j, swap) {
        for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
        return (list[int((count + 1) / 2)] + list[int(count / 2) + 1]) / 2
    }
    { wall[$1] = $2; cpu[$1] = $3 + $4; if ($5 > peak[$1]) peak[$1] = $5 }
    $1 == "ours" { n++; ow[n] = $2; oc[n] = cpu["ours"] }
    $1 == "theirs" { tw[n] = $2; tc[n] = cpu["theirs"]; rw[n] = ow[n] / tw[n]; rc[n] = oc[n] / tc[n] }
    END {
        ratio = median(rw, n)
        printf "keyscan --history -j 2: wall %.2f s, CPU %.2f s, peak %.0f MiB\n", median(ow, n), median(oc, n), peak["ours"] / 1024
        printf "git cat-file:           wall %.2f s, CPU %.2f s, peak %.0f MiB\n", median(tw, n), median(tc, n), peak["theirs"] / 1024
        printf "ratio, median of %d pairs: wall %.2f (at most 0.60), CPU %.2f\n", n, ratio, median(rc, n)
        exit ratio > 0.6
    }' "$times"
