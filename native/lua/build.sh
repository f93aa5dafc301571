#!/usr/bin/env bash
# Builds the Lua engine: fetches Lua's source as Debian packages it, applies our patches, compiles it together with our host
# into one WebAssembly module. Neither Lua's source nor the module is committed; both lie in out/.
#
# Usage: build.sh [--if-needed]      with --if-needed nothing happens while the module is newer than what it is made of
# Exit codes: 0 built, 69 a tool or the source is missing and cannot be had from here, 70 the build failed.
set -euo pipefail
cd "$(dirname "$0")"

readonly version=5.4.4-3+deb12u1
readonly clang=clang-22 linker=wasm-ld-22
readonly packages="clang-22 lld-22 libclang-rt-22-dev-wasm32 wasi-libc dpkg-dev patch"
readonly module=out/lane.wasm

fail() { echo "build:lua: $2" >&2; exit "$1"; }

up_to_date() {
  [ -f "$module" ] && [ -z "$(find build.sh host patches prelude wasm -newer "$module" -print -quit 2>/dev/null)" ]
}

see_to_tools() {
  if command -v "$clang" "$linker" dpkg-source patch >/dev/null && [ -d /usr/include/wasm32-wasi ] &&
    [ -n "$(builtins)" ]; then return; fi
  local install="apt-get update && apt-get install -y --no-install-recommends $packages"
  command -v apt-get >/dev/null || fail 69 "needs the Debian packages $packages, and this machine has no apt-get."
  if [ "$(id -u)" -ne 0 ]; then
    fail 69 "needs Debian packages that only root may install. Please run: sudo sh -c '$install'"
  fi
  echo "build:lua: installing $packages, because Lua is compiled to WebAssembly here (some 400 MB)"
  local log
  log=$(mktemp)
  DEBIAN_FRONTEND=noninteractive sh -c "$install" >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail 69 "the installation failed. Please see to it that this works: $install"; }
  rm -f "$log"
}

builtins() { find /usr/lib/llvm-22/lib/clang -name 'libclang_rt.builtins-wasm32.a' -print -quit 2>/dev/null; }

# Leaves the source, as Debian patches it, in out/source.
fetch() {
  [ "$(cat out/source/.version 2>/dev/null)" = "$version" ] && return
  echo "build:lua: fetching Lua $version from Debian"
  rm -rf out/fetch out/source
  mkdir -p out/fetch/lists/partial
  # A source list of its own: the system's stays as it is.
  { cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
    sed -nE 's/^URIs: *(.*debian)\/?$/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]*debian)\/? .*/\2/p' | sort -u |
    while read -r address; do
      printf 'deb-src %s bookworm main\ndeb-src %s bookworm-updates main\n' "$address" "$address"
    done >out/fetch/source.list
  [ -s out/fetch/source.list ] || fail 69 "finds no Debian archive in /etc/apt to fetch Lua's source from."
  local options=(-q -o "Dir::Etc::sourcelist=$PWD/out/fetch/source.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$PWD/out/fetch/lists" -o APT::Sandbox::User=root)
  (
    cd out/fetch
    apt-get "${options[@]}" update &&
      apt-get "${options[@]}" source --download-only "lua5.4=$version" &&
      dpkg-source --no-check -x "lua5.4_$version.dsc" lua
  ) >out/fetch/log 2>&1 || { tail -n 20 out/fetch/log >&2; fail 69 "could not fetch Lua $version (source package lua5.4) from Debian."; }
  mv out/fetch/lua/src out/source
  echo "$version" >out/source/.version
  rm -rf out/fetch
}

apply_patches() {
  rm -rf out/patched
  cp -r out/source out/patched
  local each
  for each in patches/*.patch; do
    patch -s -p1 -d out/patched <"$each" || fail 70 "$each does not apply to Lua $version."
  done
}

compile() {
  local flags=(--target=wasm32-wasip1 -isystem /usr/include/wasm32-wasi -isystem wasm --sysroot=/usr
    -O3 -DNDEBUG -std=gnu23 -Wall -Wextra -Wno-deprecated -Wno-unused-command-line-argument
    -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS '-DDEB_HOST_MULTIARCH="none"'
    -mbulk-memory -mnontrapping-fptoint -msign-ext -mmutable-globals -mmultivalue
    -mexception-handling -mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=true
    -Iout/include -Iout/patched -Ihost)
  local core="lapi lcode lctype ldebug ldo lfunc lgc llex lmem lobject lopcodes lparser lstate lstring ltable ltm lundump lvm lzio
    ldump lauxlib lbaselib lcorolib lmathlib lstrlib ltablib lutf8lib"
  rm -rf out/objects out/include
  mkdir -p out/objects out/include
  : >out/include/lua5.4-deb-multiarch.h # Debian's own header, which names folders that a module has none of
  local sources=() each
  for each in $core; do sources+=("out/patched/$each.c"); done
  sources+=(host/*.c wasm/sjlj.c wasm/longjmp_tag.s)
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} sh -c \
    'source="$1"; shift; name=$(basename "$source"); exec "$@" -c "$source" -o "out/objects/${name%.*}.o"' _ {} "$clang" "${flags[@]}" ||
    fail 70 "the compiler refused."
  "$linker" --no-entry -o "$module.new" out/objects/*.o /usr/lib/wasm32-wasi/crt1-reactor.o -L/usr/lib/wasm32-wasi \
    -lc -lm -lwasi-emulated-signal -lwasi-emulated-process-clocks "$(builtins)" \
    --export=_initialize --export-memory --gc-sections -z stack-size=1048576 --strip-debug || fail 70 "the linker refused."
  mv "$module.new" "$module"
}

if [ "${1:-}" = --if-needed ] && up_to_date; then exit 0; fi
started=$SECONDS
see_to_tools
mkdir -p out
fetch
apply_patches
compile
echo "build:lua: $module, $(stat -c %s "$module") bytes, $((SECONDS - started)) s"
