#!/bin/sh
# Builds a current SQLite as libsqlite3.so.0, once: the one that comes with an older system can
# damage a file that two programs checkpoint at the same instant (fixed in 3.51.3). Prints its folder.
#
# The amalgamation comes out of an npm package that carries it; or name a folder that holds
# sqlite3.c and sqlite3.h: SQLITE_AMALGAMATION=FOLDER.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/sqlite}
. "$root/packaging/cache.sh"

package=better-sqlite3
version=13.2.0
digest=40487589df3496f2ee0079d22b73c63fccebe7db0e8ee9a2c42421861e321e0b
# As Debian builds it, as far as the program or Python's module uses it.
flags='-O2 -fPIC -shared -pthread
    -DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_COLUMN_METADATA
    -DSQLITE_ENABLE_UPDATE_DELETE_LIMIT -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_DBSTAT_VTAB
    -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS3_PARENTHESIS -DSQLITE_ENABLE_FTS4
    -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_LOAD_EXTENSION -DSQLITE_ENABLE_PREUPDATE_HOOK
    -DSQLITE_ENABLE_SESSION -DSQLITE_ENABLE_UNLOCK_NOTIFY -DSQLITE_SECURE_DELETE -DSQLITE_USE_URI
    -DSQLITE_MAX_VARIABLE_NUMBER=250000 -DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DHAVE_ISNAN
    -DSQLITE_ENABLE_DESERIALIZE'

given=${SQLITE_AMALGAMATION:-}
folder=$cache/sqlite-$(key "$package" "$version" "$flags" "${given:+$(cksum "$given"/sqlite3.c)}" \
    "$(cc -dumpfullversion)" "$(uname -m)")
if [ -f "$folder/complete" ]; then
    echo "$folder"
    exit
fi
work=$folder.work
rm -rf "$work"
mkdir -p "$work/amalgamation" "$work/lib"
cd "$work"
if [ -n "$given" ]; then
    cp "$given/sqlite3.c" "$given/sqlite3.h" amalgamation/
else
    command -v npm >/dev/null ||
        fail "npm is needed once, to get SQLite's source; or set SQLITE_AMALGAMATION=FOLDER."
    npm pack --silent "$package@$version" >/dev/null
    echo "$digest  $package-$version.tgz" | sha256sum --check --quiet >&2
    tar -xzf "$package-$version.tgz" --strip-components 3 -C amalgamation \
        package/deps/sqlite3/sqlite3.c package/deps/sqlite3/sqlite3.h
fi
# shellcheck disable=SC2086 -- flags are words
nice cc $flags "-ffile-prefix-map=$work=." -Wl,-soname,libsqlite3.so.0 -o lib/libsqlite3.so.0 \
    amalgamation/sqlite3.c -lm
strip --strip-unneeded lib/libsqlite3.so.0
sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' amalgamation/sqlite3.h >version
rm -rf amalgamation "$package-$version.tgz"
touch complete
rm -rf "$folder"
mv "$work" "$folder"
echo "$folder"
