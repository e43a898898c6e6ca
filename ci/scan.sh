#!/usr/bin/env bash
# Scans once and says how it went; a step of action.yml.
#
# Reads   PATHS, ARGS, FAIL_ON, CONFIG, SARIF, BASELINE   the inputs of the action; empty: not given
#         BASE, HEAD                                      the commits of a pull request; empty outside of one
#         GITHUB_OUTPUT, RUNNER_TEMP                      as GitHub sets them
# Writes  exit-code, findings, sarif                      the outputs of the action
set -euo pipefail

jsonl=$RUNNER_TEMP/keyscan.jsonl
set -- --no-progress --format github --format "jsonl=$jsonl"
if [ -n "$SARIF" ]; then set -- "$@" --format "sarif=$SARIF"; fi
if [ -n "$FAIL_ON" ]; then set -- "$@" --fail-on "$FAIL_ON"; fi
if [ -n "$CONFIG" ]; then set -- "$@" --config "$CONFIG"; fi
if [ -n "$BASELINE" ]; then set -- "$@" --baseline "$BASELINE"; fi
# A pull request is judged by the policy of the branch that it goes to, never by its own.
if [ -n "$BASE" ]; then set -- "$@" --range "$BASE..$HEAD" --trust "$BASE"; fi
# Words divided by blanks, as they stand: nothing in them is expanded.
read -r -d '' -a words <<<"$ARGS" || true
set -- "$@" ${words[@]+"${words[@]}"} --
while IFS= read -r path; do
    if [ -n "$path" ]; then set -- "$@" "$path"; fi
done <<<"$PATHS"

# A file of this name from the checkout must not pass for the report of this run.
rm -f "$jsonl"
if [ -n "$SARIF" ]; then rm -f "$SARIF"; fi
code=0
keyscan "$@" || code=$?

findings=
if [ -f "$jsonl" ]; then findings=$(grep -c '"type":"finding"' "$jsonl" || true); fi
{
    echo "exit-code=$code"
    echo "findings=$findings"
    if [ -n "$SARIF" ] && [ -f "$SARIF" ]; then echo "sarif=$SARIF"; fi
} >>"$GITHUB_OUTPUT"
if [ "$code" -eq 2 ]; then echo "::error title=keyscan::Nothing was scanned; the log of this step says why."; fi
exit "$code"
