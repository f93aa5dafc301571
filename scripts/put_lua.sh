#!/bin/sh
# Puts the engine of Lua into a build that is to be published: users of the package need nothing but npm.
#
# Usage: put_lua.sh [build folder]      default: dist
set -eu
build=$(realpath "${1:-dist}")
cd "$(dirname "$0")/.."
native/lua/build.sh --if-needed
cp native/lua/out/lane.wasm "$build/adapters/lua/engine/lane.wasm"
