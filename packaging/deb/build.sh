#!/bin/sh
# Makes a Debian package of dist/assistant, which `make package` builds. What it holds beside the
# program is made from the program: manual page, completions, licences.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/deb}
. "$root/packaging/cache.sh"
cd "$root"
[ -x dist/assistant/assistant ] || fail "There is no dist/assistant: run make package first."
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' assistant/__init__.py)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH

stage=build/deb
share=$stage/usr/share
rm -rf "$stage"
mkdir -p "$stage/DEBIAN" "$stage/usr/lib/systemd/user" "$stage/usr/bin" "$share/applications" \
    "$share/icons/hicolor/scalable/apps" "$share/man/man1" "$share/doc/assistant" \
    "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
    "$share/fish/vendor_completions.d"
cp -a dist/assistant "$stage/usr/lib/assistant"
ln -s ../lib/assistant/assistant "$stage/usr/bin/assistant"
cp "$here/assistant.desktop" "$share/applications/"
# For who wants it: nothing enables it.
cp "$here/assistant-serve.service" "$stage/usr/lib/systemd/user/"
cp "$here/assistant.svg" "$share/icons/hicolor/scalable/apps/"
"${VENV:-.venv}/bin/python" "$here/man.py" | gzip -9n >"$share/man/man1/assistant.1.gz"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
complete() {
    ASSISTANT_HOME=$scratch _ASSISTANT_COMPLETE=$1_source dist/assistant/assistant >"$2"
    [ -s "$2" ] || fail "No completion for $1 was made."
}
complete bash "$share/bash-completion/completions/assistant"
complete zsh "$share/zsh/vendor-completions/_assistant"
complete fish "$share/fish/vendor_completions.d/assistant.fish"
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo
    ASSISTANT_HOME=$scratch dist/assistant/assistant licenses --full
} >"$share/doc/assistant/copyright"
gzip -9n <CHANGELOG.md >"$share/doc/assistant/NEWS.gz"
cat >"$stage/DEBIAN/control" <<CONTROL
Package: assistant
Version: $version
Section: utils
Priority: optional
Architecture: $architecture
Depends: libc6 (>= 2.36)
Installed-Size: $(du -sk "$stage/usr" | cut -f 1)
Maintainer: The assistant project <assistant@localhost>
Description: private chat assistant for the terminal
 Chats with a local model, answers from your own files and cites them. Works
 offline; a small model and an embedder come with it.
CONTROL
# What `dpkg --verify` compares the files with.
(cd "$stage" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) >"$scratch/md5sums"
mv "$scratch/md5sums" "$stage/DEBIAN/"
find "$stage" -type d -exec chmod 755 {} +
find "$stage" -name '*.so*' -type f -exec chmod a-x {} +
chmod -R u+w,go=u-w "$stage"
nice dpkg-deb --root-owner-group -Zxz "-z${LEVEL:-6}" --build "$stage" "dist/assistant_${version}_$architecture.deb" >&2
rm -rf "$stage"
