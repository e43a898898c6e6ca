#!/usr/bin/env bash
# Compares keyscan with ripgrep searching the same bytes for the same literals. See benches/README.md.
#
#   benches/run.sh              all three measurements (needs 1.2 GB under $TMPDIR)
#   benches/run.sh tree startup only those named: tree, file, startup
#   PAIRS=3 benches/run.sh      fewer pairs than the default of 7
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in rg python3 cargo; do
    command -v "$tool" >/dev/null || { echo "benches/run.sh needs $tool" >&2; exit 2; }
done

cargo build --release --locked --quiet
corpus=$(mktemp -d "${TMPDIR:-/tmp}/keyscan-bench.XXXXXX")
trap 'rm -rf "$corpus"' EXIT

cargo run --locked --quiet --example literals >"$corpus/literals"
python3 benches/bench.py --keyscan "${CARGO_TARGET_DIR:-target}/release/keyscan" --literals "$corpus/literals" --corpus "$corpus" \
    --pairs "${PAIRS:-7}" "$@"
