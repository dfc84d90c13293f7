#!/bin/sh
# Everything a release consists of, in dist/: artefacts, their smoke tests, the bill of materials, the
# section of the changelog, and SHA256SUMS. Root on Debian, for the smoke tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/packaging/release}
. "$root/packaging/cache.sh"
cd "$root"
venv=${VENV:-.venv}
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' assistant/__init__.py)

# What was built before may be of another version.
rm -rf dist
sh packaging/pyinstaller/build.sh
sh packaging/deb/build.sh
sh packaging/wheel/build.sh
for artefact in dist/assistant dist/assistant-"$version"-*.run dist/assistant_"$version"_*.deb; do
    echo "$artefact"
    "$venv/bin/python" packaging/smoke.py "$artefact"
done
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH
"$(cat build/environment)/bin/python" "$here/sbom.py" dist/assistant/_internal/assistant/_licenses.json \
    >"dist/assistant-$version.cdx.json"
sed -n "/^## \(\[\)\{0,1\}\($version\|Unreleased\)/,/^## /{/^## /!p;}" CHANGELOG.md \
    >"dist/CHANGES-$version.md"
[ -s "dist/CHANGES-$version.md" ] || fail "CHANGELOG.md has no section for $version."
(cd dist && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort |
    xargs sha256sum >SHA256SUMS)
cat dist/SHA256SUMS
