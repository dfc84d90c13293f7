#!/bin/sh
# The assistant in one file. Its first run unpacks it into a folder of yours
# (ASSISTANT_UNPACKED, or ~/.cache/assistant/program); later runs start from there.
set -eu
version=@VERSION@-@DIGEST@
place=${ASSISTANT_UNPACKED:-}
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
if [ -z "$place" ]; then
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        place=$XDG_CACHE_HOME/assistant/program
    elif [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ]; then
        place=$HOME/.cache/assistant/program
    elif [ -n "${ASSISTANT_HOME:-}" ]; then
        place=$ASSISTANT_HOME/cache/program
    else
        echo "assistant: There is no home folder to unpack into. Set ASSISTANT_UNPACKED." >&2
        exit 7
    fi
fi
program=$place/$version/assistant/assistant

# Whether a process runs from a folder.
runs() {
    real=$(cd "$1" && pwd -P) || return 1
    for process in /proc/[0-9]*/exe; do
        case $(readlink "$process" 2>/dev/null) in "$real"/*) return 0 ;; esac
    done
    return 1
}

if [ ! -x "$program" ]; then
    umask 077
    unpacking=$place/.unpacking.$$
    mkdir -p "$unpacking" || exit 7
    trap 'rm -rf "$unpacking"' EXIT
    trap 'exit 130' INT HUP TERM
    [ ! -t 2 ] || echo "assistant: unpacking into $place, once …" >&2
    lines=$(sed -n '/^# The archive begins after this line\.$/{=;q;}' "$0")
    # A shell tells only how the last of them ended; gzip is the one that knows of damage.
    if ! {
        tail -n "+$((lines + 1))" "$0" | gzip -dc || : >"$unpacking/damaged"
    } | tar -C "$unpacking" -xf - || [ -e "$unpacking/damaged" ]; then
        echo "assistant: It could not be unpacked into $place. Is there room for 500 MB," \
            "and was the file downloaded to its end?" >&2
        exit 7
    fi
    # Another start may have been first: then its copy is used.
    mv -T "$unpacking" "$place/$version" 2>/dev/null || [ -x "$program" ]
    trap - EXIT INT HUP TERM
    rm -rf "$unpacking"
    # What was left by those that were killed, and by earlier versions unless they still run.
    for left in "$place"/.unpacking.*; do
        [ -d "/proc/${left##*.}" ] || rm -rf "$left"
    done
    for old in "$place"/*; do
        [ "$old" = "$place/$version" ] || runs "$old" || rm -rf "$old"
    done
fi
exec "$program" "$@"
# The archive begins after this line.
