#!/bin/sh
# Fetches and unpacks the source of llama-cpp-python, with llama.cpp in it, once; prints its folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/llama}
. "$root/packaging/cache.sh"

version=$(pinned 'llama[_-]cpp[_-]python')
grep -q "==$version " "$here/requirements.txt" ||
    fail "packaging/llama/requirements.txt and constraints.txt name different versions."
folder=$cache/llama-sdist-$version
[ -f "$folder/complete" ] || {
    rm -rf "$folder"
    mkdir -p "$folder"
    "$python" -m pip download --quiet --no-deps --no-binary :all: --require-hashes \
        --dest "$folder" --requirement "$here/requirements.txt" >&2
    tar -xzf "$folder/llama_cpp_python-$version.tar.gz" -C "$folder"
    rm "$folder/llama_cpp_python-$version.tar.gz"
    touch "$folder/complete"
}
echo "$folder/llama_cpp_python-$version"
