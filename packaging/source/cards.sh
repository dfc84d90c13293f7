#!/bin/sh
# Has llama.cpp compute on the graphics card of this machine, where a card and the tools to compile
# for it are. Extends what pip has compiled; where that fails, the processor computes as before.
# Usage: cards.sh FOLDER_OF_THE_VIRTUAL_ENVIRONMENT
set -eu
venv=$1
here=$(cd "$(dirname "$0")" && pwd)

[ "$(uname -s)" = Linux ] || exit 0 # On a Mac llama.cpp uses Metal by itself.
# Whoever says how llama.cpp is compiled has chosen.
case ${CMAKE_ARGS:-} in *GGML_*) exit 0 ;; esac
for tool in cmake ninja; do command -v "$tool" >/dev/null || exit 0; done

if [ -e /proc/driver/nvidia/version ] && command -v nvcc >/dev/null; then
    kind=cuda name=CUDA
elif ls /dev/dri/renderD* >/dev/null 2>&1 && command -v glslc >/dev/null &&
    [ -e /usr/include/vulkan/vulkan.h ]; then
    kind=vulkan name=Vulkan
else
    exit 0
fi
lib=$("$venv/bin/python" -c 'import llama_cpp, pathlib
print(pathlib.Path(llama_cpp.__file__).parent / "lib")')
[ ! -e "$lib/cards/libggml-$kind.so" ] || exit 0

echo "Compiling llama.cpp for the graphics card ($name): a quarter of an hour, once."
if built=$(PYTHON="$venv/bin/python" sh "$here/../llama/cards.sh" "$kind" here 2>"$venv/cards.log"); then
    mkdir -p "$lib/cards"
    cp "$built"/lib/* "$lib/cards/"
    echo "Models run on the graphics card from now on; assistant doctor shows it."
else
    echo "That failed (see $venv/cards.log): models run on the processor."
fi
