#!/bin/sh
# A Debian with nothing in it that need not be: no Python, no compiler. Made once; prints its folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/packaging/cache.sh"
release=${1:-bookworm}
folder=$cache/root-$release
if [ ! -e "$folder/etc/debian_version" ]; then
    command -v debootstrap >/dev/null || fail "debootstrap is needed once: apt install debootstrap."
    rm -rf "$folder.work"
    debootstrap --variant=minbase "$release" "$folder.work" "${MIRROR:-http://deb.debian.org/debian}" >&2
    mv "$folder.work" "$folder"
fi
echo "$folder"
