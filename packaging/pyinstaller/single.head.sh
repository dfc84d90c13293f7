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
    mv "$unpacking" "$place/$version" 2>/dev/null || [ -x "$program" ]
    trap - EXIT INT HUP TERM
    rm -rf "$unpacking"
    # What earlier versions left, unless it is in use.
    for old in "$place"/*; do
        [ "$old" = "$place/$version" ] || command -v fuser >/dev/null 2>&1 || continue
        [ "$old" = "$place/$version" ] || fuser -s "$old/assistant/assistant" 2>/dev/null ||
            rm -rf "$old"
    done
fi
exec "$program" "$@"
# The archive begins after this line.
