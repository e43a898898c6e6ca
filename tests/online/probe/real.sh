#!/bin/sh
# Installs real relay and gateway programs for tests/online/probe/real.rs, from the package registries, below target/real. Says
# which variables the tests then want. Nothing runs this by itself, and pipelines do not.
set -eu
cd "$(dirname "$0")/../../.."
real=$PWD/target/real
mkdir -p "$real/portkey"
python3 -m venv "$real/litellm"
"$real/litellm/bin/pip" install --quiet 'litellm[proxy]'
# The last ones that start without asking the network for a list.
python3 -m venv "$real/g4f"
"$real/g4f/bin/pip" install --quiet 'g4f[api]==0.3.9.7'
npm install --silent --no-audit --no-fund --prefix "$real/portkey" @portkey-ai/gateway
echo "export KEYSCAN_LITELLM=$real/litellm/bin/litellm KEYSCAN_G4F=$real/g4f/bin/g4f KEYSCAN_PORTKEY=$real/portkey/node_modules/.bin/gateway"
