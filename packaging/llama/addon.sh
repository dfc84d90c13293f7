#!/bin/sh
# Packs a library for graphics cards as an add-on, which is unpacked in the folder `cards` of the
# program's data or beside the program, as docs/models.md says. It belongs to one llama.cpp.
# Usage: addon.sh FOLDER_THAT_cards.sh_PRINTS ARCHIVE.tar.xz
set -eu
built=$1 archive=$2
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/llama}
. "$root/packaging/cache.sh"

added=llama-$(pinned 'llama[_-]cpp[_-]python')
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" \
    --transform "s,^lib,$added," -C "$built" -cJf "$archive" lib
