#!/bin/sh
# Makes a wheel of the usual embedder, once, and prints its path: it is installed beside the program
# and found there. Needs the virtual environment of `make setup`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/embedder}
. "$root/packaging/cache.sh"
venv=${VENV:-$root/.venv}
folder=$(sh "$here/build.sh")

wheel=$folder/e5_small_enpt-1-py3-none-any.whl
[ -f "$wheel" ] || {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir "$scratch/e5_small_enpt"
    cp -R "$folder/model" "$scratch/e5_small_enpt/model"
    cat >"$scratch/pyproject.toml" <<'END'
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "e5-small-enpt"
version = "1"
requires-python = ">=3.11"
description = "multilingual-e5-small for English and Portuguese, in 8 bits for ONNX Runtime."
license = "MIT"

[tool.hatch.build.targets.wheel]
only-include = ["e5_small_enpt"]
END
    "$venv/bin/python" -m build --wheel --no-isolation --outdir "$scratch/dist" "$scratch" >&2
    mv "$scratch"/dist/*.whl "$wheel"
}
echo "$wheel"
