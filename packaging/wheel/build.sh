#!/bin/sh
# Makes the wheel and the source distribution and tries the wheel: installed alone into an
# environment of its own beside the libraries that are there, it has to start.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/wheel}
. "$root/packaging/cache.sh"
cd "$root"
venv=${VENV:-.venv}
rm -f dist/assistant-*.whl dist/e5_small_enpt-*.whl dist/assistant-*[0-9].tar.gz
"$venv/bin/python" packaging/language/catalogs.py compile
"$venv/bin/python" -m build --outdir dist >&2
# The embedder, which no index has: installed beside the program it is found.
cp "$(VENV=$venv sh packaging/embedder/wheel.sh)" dist/
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$venv/bin/python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --no-deps dist/assistant-*.whl
"$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
    >"$scratch/venv/lib/$(ls "$scratch/venv/lib")/site-packages/libraries.pth"
cd "$scratch"
ASSISTANT_HOME=$scratch/home venv/bin/assistant --version
ASSISTANT_HOME=$scratch/home venv/bin/assistant prompts --json | grep -q '"general"' ||
    fail "The wheel does not bring its prompts."
