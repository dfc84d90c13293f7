# Sourced by the recipes: where what is built once is kept, and what they have in common.
# shellcheck shell=sh

cache=${ASSISTANT_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/assistant-build}
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_PROGRESS_BAR=off

fail() {
    echo "assistant: $1" >&2
    exit 1
}

# The first twelve digits of a digest over the arguments.
key() {
    printf '%s\n' "$@" | sha256sum | cut -c 1-12
}

# The version that constraints.txt names for a distribution.
pinned() {
    sed -n "s/^$1==//Ip" "$root/constraints.txt" | head -n 1
}
