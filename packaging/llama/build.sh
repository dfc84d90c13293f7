#!/bin/sh
# Builds llama.cpp for every x86-64, once: a library for each generation of processors, of which
# the program loads the best that runs. Prints the folder that holds lib/ and the Python binding.
#
# An hour on two cores; the result is kept (ASSISTANT_BUILD_CACHE) and found again. JOBS=N.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/llama}
. "$root/packaging/cache.sh"

version=$(pinned 'llama[_-]cpp[_-]python')

# -U__AMX_INT8__: gcc 12 compiles llama.cpp's AMX code wrongly, and small models gain nothing by it.
# $ORIGIN: the libraries find each other wherever the program is put.
# No versions in their names: a copy under each name would be loaded as a library of its own.
compiler='-U__AMX_INT8__'
flags='-DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON
    -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON
    -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_TESTS=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_CURL=OFF
    -DCMAKE_INSTALL_RPATH=$ORIGIN -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON
    -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON'

folder=$cache/llama-$version-$(key "$compiler" "$flags" "$(cc -dumpfullversion)" "$(uname -m)")
if [ -f "$folder/complete" ]; then
    echo "$folder"
    exit
fi
for tool in cc c++ cmake ninja; do
    command -v "$tool" >/dev/null ||
        fail "$tool is needed once. On Debian: apt install build-essential cmake ninja-build."
done
work=$folder.work
mkdir -p "$work"
cd "$work"
{
    source=$(sh "$here/sdist.sh")
    map="-ffile-prefix-map=$work=. -ffile-prefix-map=${source%/*}=."
    # shellcheck disable=SC2086 -- flags are words
    cmake -S "$source/vendor/llama.cpp" -B build -G Ninja $flags \
        "-DCMAKE_C_FLAGS=$compiler $map" "-DCMAKE_CXX_FLAGS=$compiler $map"
    nice ninja -C build ${JOBS:+-j "$JOBS"}
    # The Python side alone: without libraries it is the same for every machine.
    CMAKE_ARGS=-DLLAMA_BUILD=OFF "$python" -m pip wheel --quiet --no-deps --wheel-dir . "$source"
} >&2

done=$folder.done
rm -rf "$done"
mkdir -p "$done/lib" "$done/licenses"
cp build/bin/libllama.so build/bin/libggml.so build/bin/libggml-base.so "$done/lib/"
cp build/bin/libggml-cpu-*.so "$done/lib/"
strip --strip-unneeded "$done"/lib/*
cp "$source/vendor/llama.cpp/LICENSE" "$done/licenses/llama.cpp.txt"
cp llama_cpp_python-"$version"-*.whl "$done/"
touch "$done/complete"
rm -rf "$folder"
mv "$done" "$folder"
rm -rf "$work"
echo "$folder"
