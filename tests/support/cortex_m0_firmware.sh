#!/usr/bin/env bash
# Build MicroPython for the Cortex-M0 of an emulated micro:bit with 256 KB of RAM, from Debian's
# source package: `make cortex-m0`. Heap and emitters are those of a Raspberry Pi Pico.
set -euo pipefail
firmware="$(realpath -m "$1")"
release=trixie
heap=221952  # gc.mem_free() then returns 216,000 after boot

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists" "$work/cache/archives/partial" "$work/source" "$(dirname "$firmware")"

# The archive that this computer gets its packages from has the sources, too.
archive="$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' | head -n 1)"
[ -n "$archive" ] || { echo "apt knows no archive of Debian: run apt-get update" >&2; exit 1; }
echo "deb-src $archive $release main" > "$work/sources.list"
cat > "$work/apt.conf" << CONFIG
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "";
CONFIG
export APT_CONFIG="$work/apt.conf"
apt-get update -qq
(cd "$work/source" && apt-get source -qq --download-only micropython)
tar -xf "$work"/source/micropython_*.orig.tar.* -C "$work/source" --strip-components 1

# The stock port leaves the emitters out on this chip: a Pico's firmware has them.
make -C "$work/source/ports/qemu" -j2 BOARD=MICROBIT BUILD="$work/build" FROZEN_MANIFEST= \
    MICROPY_HEAP_SIZE="$heap" CFLAGS_EXTRA="-DMICROPY_EMIT_THUMB=1 -DMICROPY_EMIT_INLINE_THUMB=1 \
    -DMICROPY_EMIT_THUMB_ARMV7M=0 -DMICROPY_EMIT_INLINE_THUMB_FLOAT=0 -DMICROPY_OPT_COMPUTED_GOTO=1" \
    > "$work/make.log" 2>&1 || { tail -n 30 "$work/make.log" >&2; exit 1; }
cp "$work/build/firmware.elf" "$firmware"
