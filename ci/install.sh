#!/usr/bin/env bash
# Puts keyscan on the path of a GitHub job; a step of action.yml.
#
# Reads   VERSION             release to use; empty: the one that this checkout is
#         GITHUB_ACTION_PATH  this checkout
#         ACTION_REPOSITORY   owner/name of the action; empty where it is used from its own repository
#         GITHUB_SERVER_URL, GITHUB_PATH, RUNNER_TEMP, as GitHub sets them
#
# An archive of a release is only taken if ci/releases.sha256 has its digest: whoever pins this action by its commit has
# pinned the program, too. Everything else is built from source, which takes some minutes.
set -euo pipefail

own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)
version=${VERSION:-$own}
version=${version#v}
case $version in
    "" | *[!0-9A-Za-z.+-]*)
        echo "::error title=keyscan::the input 'version' is no version such as $own"
        exit 2
        ;;
esac

case $(uname -s)-$(uname -m) in
    Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64) target=aarch64-unknown-linux-musl ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
    *) target=unknown ;;
esac

source=$GITHUB_SERVER_URL/$ACTION_REPOSITORY
root=$RUNNER_TEMP/keyscan-$version
archive=keyscan-$version-$target.tar.gz
digest=$(awk -v name="$archive" '$2 == name { print $1 }' "$GITHUB_ACTION_PATH/ci/releases.sha256")
mkdir -p "$root/bin"

if [ -n "$ACTION_REPOSITORY" ] && [ -n "$digest" ]; then
    curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
        --output "$root/$archive" "$source/releases/download/v$version/$archive"
    if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
    found=$("${sum[@]}" "$root/$archive" | cut -d ' ' -f 1)
    if [ "$found" != "$digest" ]; then
        echo "::error title=keyscan::$archive is not what ci/releases.sha256 says it is; it was not used"
        exit 2
    fi
    tar -xzf "$root/$archive" -C "$root/bin"
elif [ "$version" = "$own" ]; then
    cargo install --locked --quiet --path "$GITHUB_ACTION_PATH" --root "$root"
elif [ -n "$ACTION_REPOSITORY" ]; then
    cargo install --locked --quiet --git "$source" --tag "v$version" --root "$root" keyscan
else
    echo "::error title=keyscan::version $version is not in this repository; leave the input 'version' out"
    exit 2
fi

echo "$root/bin" >>"$GITHUB_PATH"
"$root/bin/keyscan" --version
