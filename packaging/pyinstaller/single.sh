#!/bin/sh
# Writes a single file that unpacks the archive TAR once and runs it: single.sh TAR VERSION
#
# Not PyInstaller's own single file: it would unpack everything for each process, and workers
# outlive the program that started them and would lose their files with it.
set -eu
tar=$1
version=$2
digest=$(sha256sum "$tar" | cut -c 1-16)
sed -e "s/@VERSION@/$version/; s/@DIGEST@/$digest/" "$(dirname "$0")/single.head.sh"
nice gzip "-${LEVEL:-9}" -n <"$tar"
