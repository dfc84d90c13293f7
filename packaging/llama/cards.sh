#!/bin/sh
# Builds llama.cpp's library for graphics cards, once: `cards.sh vulkan` for cards of all makers,
# `cards.sh cuda` for NVIDIA's, where nvcc is. Prints the folder that holds it.
#
# For the packaged program; with `here` behind it for the llama.cpp that pip has compiled, with the
# tools of this machine.
#
# A quarter of an hour on two cores for Vulkan; the result is kept (ASSISTANT_BUILD_CACHE).
# JOBS=N; MIRROR=address of a Debian mirror; CUDA_ARCHITECTURES as CMake has them.
set -eu
kind=$1 place=${2:-package}
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/llama}
. "$root/packaging/cache.sh"

version=$(pinned 'llama[_-]cpp[_-]python')
# $ORIGIN/..: it lies one folder below the libraries that it needs, which are loaded by then.
flags='-DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON
    -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU=OFF
    -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_TESTS=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_CURL=OFF
    -DCMAKE_INSTALL_RPATH=$ORIGIN/.. -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON'
# The packaged libraries have no versions in their names, those that pip has compiled have.
[ "$place" = here ] || flags="$flags -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON"

# Debian 12 has too old a compiler of shaders (no matrices of cards) and too old headers: those of
# Debian 13 are unpacked beside the build, and installed nowhere. apt checks their signatures.
debian='deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]
    '${MIRROR:-http://deb.debian.org/debian}' trixie main'
packages='libvulkan-dev libvulkan1 spirv-headers glslc libshaderc1 libc6 libstdc++6 libgcc-s1'

shader_tools() {
    tools=$cache/shader-tools-$(key "$debian" "$packages")
    [ -f "$tools/complete" ] || {
        command -v apt-get >/dev/null || fail "Vulkan's tools are fetched with apt, which is missing."
        rm -rf "$tools"
        mkdir -p "$tools/apt/lists/partial" "$tools/apt/archives/partial" "$tools/debs"
        # shellcheck disable=SC2086 -- words on one line
        echo $debian >"$tools/apt/sources.list"
        apt="apt-get -q -o Dir::Etc::SourceList=$tools/apt/sources.list
            -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$tools/apt/lists
            -o Dir::Cache=$tools/apt -o Acquire::Languages=none"
        # shellcheck disable=SC2086 -- options and names are words
        (cd "$tools/debs" && $apt update && $apt download $packages) >&2
        for package in "$tools"/debs/*.deb; do dpkg -x "$package" "$tools/root"; done
        libraries=$tools/root/usr/lib/x86_64-linux-gnu
        cat >"$tools/glslc" <<EOF
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$tools/root/usr/bin/glslc" "\$@"
EOF
        chmod +x "$tools/glslc"
        rm -rf "$tools/apt" "$tools/debs"
        touch "$tools/complete"
    }
}

case $kind in
vulkan)
    flags="$flags -DGGML_VULKAN=ON"
    [ "$place" = here ] || shader_tools
    [ "$place" = here ] || flags="$flags -DVulkan_INCLUDE_DIR=$tools/root/usr/include
        -DVulkan_LIBRARY=$tools/root/usr/lib/x86_64-linux-gnu/libvulkan.so
        -DVulkan_GLSLC_EXECUTABLE=$tools/glslc
        -DSPIRV-Headers_DIR=$tools/root/usr/share/cmake/SPIRV-Headers"
    ;;
cuda)
    command -v nvcc >/dev/null || fail "CUDA's compiler, nvcc, is needed for CUDA."
    compiler=$(nvcc --version | tail -n 1)
    flags="$flags -DGGML_CUDA=ON
        ${CUDA_ARCHITECTURES:+-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHITECTURES}"
    ;;
*) fail "There is no kind $kind; there are vulkan and cuda." ;;
esac

folder=$cache/llama-$kind-$version-$(key "$flags" "$(cc -dumpfullversion)" "$(uname -m)" ${compiler:+"$compiler"})
if [ -f "$folder/complete" ]; then
    echo "$folder"
    exit
fi
work=$folder.work
mkdir -p "$work"
{
    source=$(sh "$here/sdist.sh")
    map="-ffile-prefix-map=$work=. -ffile-prefix-map=${source%/*}=."
    # shellcheck disable=SC2086 -- flags are words
    cmake -S "$source/vendor/llama.cpp" -B "$work/build" -G Ninja $flags \
        "-DCMAKE_C_FLAGS=$map" "-DCMAKE_CXX_FLAGS=$map" \
        ${compiler:+"-DCMAKE_CUDA_FLAGS=-Xcompiler=$(echo "$map" | tr ' ' ',')"}
    nice ninja -C "$work/build" ${JOBS:+-j "$JOBS"} "ggml-$kind"
} >&2
done=$folder.done
rm -rf "$done"
mkdir -p "$done/lib"
cp "$work/build/bin/libggml-$kind.so" "$done/lib/"
strip --strip-unneeded "$done"/lib/*
touch "$done/complete"
rm -rf "$folder"
mv "$done" "$folder"
rm -rf "$work"
echo "$folder"
