#!/usr/bin/env bash
# Get Debian's MicroPython for arm64, with a program that runs it on this computer: `make arm64`. It is
# what `apt install micropython` gives a Raspberry Pi. QEMU runs its instructions, one process at a time.
set -euo pipefail
program="$(realpath -m "$1")"
release=trixie
packages=(micropython libc6 libffi8 libmbedcrypto16 libmbedtls21 libmbedx509-7)

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$(dirname "$program")/root"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/arm64" "$work/here" "$root"

# The emulator of this computer's own release, and then the packages for the other processor.
(cd "$work/here" && apt-get download -qq qemu-user-static)
dpkg-deb -x "$work"/here/*.deb "$work/here/out"
cp "$work/here/out/usr/bin/qemu-aarch64-static" "$(dirname "$program")/"
archive="$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' | head -n 1)"
[ -n "$archive" ] || { echo "apt knows no archive of Debian: run apt-get update" >&2; exit 1; }
echo "deb [arch=arm64] $archive $release main" > "$work/sources.list"
cat > "$work/apt.conf" << CONFIG
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
CONFIG
export APT_CONFIG="$work/apt.conf"
apt-get update -qq
(cd "$work/arm64" && apt-get download -qq "${packages[@]}")
for package in "$work"/arm64/*.deb; do dpkg-deb -x "$package" "$root"; done
ln -sfn usr/lib "$root/lib"
cat > "$program" << 'RUN'
#!/bin/sh
here="$(dirname "$(realpath "$0")")"
exec "$here/qemu-aarch64-static" -L "$here/root" "$here/root/usr/bin/micropython" "$@"
RUN
chmod +x "$program"
