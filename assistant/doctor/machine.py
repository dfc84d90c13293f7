"""Checks of the machine and the package: terminal, clipboard, folders, disk, versions, files."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.core.wording import size
from assistant.doctor.report import Check, fail, ok, warn
from assistant.keymap import key_name, make_keymap
from assistant.system.about import required_libraries, version_of
from assistant.system.clipboard import TMUX_COMMAND, Clipboard
from assistant.system.paths import Paths
from assistant.system.processor import missing_instructions

MIN_TERMINAL = (80, 24)
LOW_DISK, FULL_DISK = 1_000_000_000, 64_000_000
"""Bytes: room for a small model, and what conversations need to be safe."""

AMX_PROBE = (
    "import ctypes, sys; sys.exit(40 + bool(ctypes.CDLL(sys.argv[1]).ggml_cpu_has_amx_int8()))"
)
AMX_IS_USED = 41


def terminal(environment: Mapping[str, str], is_terminal: bool) -> Check:
    """Whether the chat screen can be shown here."""
    name, kind = "terminal", environment.get("TERM", "")
    if not is_terminal:
        return ok(name, "standard output is not a terminal; `assistant ask` works without one")
    if kind in ("", "dumb"):
        return warn(
            name,
            f"TERM={kind or '(not set)'} cannot move the cursor",
            "Set TERM to what your terminal is, as in TERM=xterm-256color.",
        )
    cells = shutil.get_terminal_size()
    terminal = f"{kind}, {cells.columns}×{cells.lines}, {_colours(environment, kind)}"
    if cells.columns < MIN_TERMINAL[0] or cells.lines < MIN_TERMINAL[1]:
        return warn(name, terminal, "The screen is made for 80×24 and more: enlarge the window.")
    return ok(name, terminal)


def _colours(environment: Mapping[str, str], kind: str) -> str:
    if environment.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256color" in kind else "16 colours"


SHOWN_KEYS = 4
"""Keys that are named one by one."""


def keys(environment: Mapping[str, str], given: Mapping[str, Any]) -> Check:
    """Which keys the program around takes, and whether two commands were to have one.

    Args:
        given: the section of the settings.
    """
    keymap = make_keymap(given, environment, sys.platform)
    if keymap.clashes:
        return warn("keys", "; ".join(keymap.clashes), "Give one of them another key in [keys].")
    taken = list(keymap.taken())
    if not taken:
        return ok("keys", "nothing is known to take any; `assistant doctor --keys` tries them")
    names = ", ".join(key_name(key) for _, key, _ in taken[:SHOWN_KEYS])
    more = f" and {len(taken) - SHOWN_KEYS} more" if len(taken) > SHOWN_KEYS else ""
    takers = " and ".join(dict.fromkeys(title.strip(",") for *_, title in taken))
    return ok("keys", f"{names}{more} may be taken ({takers}); others or /names are shown")


def encoding() -> Check:
    """Whether every character can be shown."""
    used = (sys.stdout.encoding if sys.stdout else "") or "unknown"
    if used.lower().replace("-", "") == "utf8":
        return ok("encoding", used)
    return warn("encoding", used, "Set LANG to a UTF-8 locale, as in LANG=C.UTF-8.")


def clipboard(environment: Mapping[str, str]) -> Check:
    """Clipboard: which tool copies to it, if any does."""
    tools = Clipboard(environment).tools()
    if tools and tools[0] == TMUX_COMMAND:
        return ok("clipboard", "tmux, which sends it on to the terminal (OSC 52)")
    if tools:
        return ok("clipboard", tools[0][0])
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return ok("clipboard", "the terminal's own (OSC 52), as it should be over SSH")
    return warn(
        "clipboard",
        "no tool found: copying depends on the terminal (OSC 52)",
        "Install wl-clipboard (Wayland) or xclip (X11).",
    )


def folders(paths: Paths) -> Check:
    """Whether the folders can be written, and read by nobody else."""
    name = "folders"
    for folder in dict.fromkeys([paths.config, paths.data, paths.runtime, paths.logs]):
        if not folder.exists():
            continue
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return fail(
                name, f"{folder} cannot be written", f"chown it to you and chmod 700 {folder}"
            )
        status = folder.stat()
        if status.st_uid != os.getuid():
            return warn(name, f"{folder} belongs to somebody else", f"chown {folder} to you.")
        if status.st_mode & 0o077:
            return warn(name, f"others can look into {folder}", f"chmod 700 {folder}")
    return ok(name, f"{paths.data} and the others are yours alone")


def disk(folder: Path) -> Check:
    """Whether there is room for conversations and a model."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    seen = f"{size(free)} free at {existing}"
    if free < FULL_DISK:
        return fail("disk", seen, "Make room: conversations cannot be kept on a full disk.")
    if free < LOW_DISK:
        return warn("disk", seen, "Make room before another model is added.")
    return ok("disk", seen)


def versions() -> Iterator[Check]:
    """Versions of the program, Python, and the libraries."""
    yield ok("assistant", __version__)
    yield ok("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for library in required_libraries():
        found = version_of(library)
        if found:
            yield ok(library, found)
        else:
            yield fail(library, "not installed", "Install the program again.")


def matrix_unit() -> Check:
    """Whether llama.cpp would use AMX code that crashes at the first token (built by gcc 12)."""
    name = "cpu"
    missing = missing_instructions()
    if missing:
        return fail(name, f"it lacks {', '.join(sorted(missing))}", "Another machine is needed.")
    flags = Path("/proc/cpuinfo")
    if not flags.exists() or "amx_int8" not in flags.read_text(errors="replace"):
        return ok(name, f"{os.cpu_count()} cores, no AMX")
    spec = None if getattr(sys, "frozen", False) else find_spec("llama_cpp")
    libraries = [Path(place) / "lib" for place in (spec and spec.submodule_search_locations) or ()]
    found = next((f for folder in libraries for f in folder.glob("libggml-cpu.so")), None)
    if found is None:
        return ok(name, f"{os.cpu_count()} cores, with AMX")
    # In a process of its own: native code never runs in this one.
    probe = [sys.executable, "-c", AMX_PROBE, str(found)]
    done = subprocess.run(probe, capture_output=True, timeout=30, check=False)
    if done.returncode == AMX_IS_USED:
        return warn(
            name,
            "llama.cpp was compiled with AMX, which gcc 12 gets wrong",
            "If answers crash, install llama-cpp-python again with "
            "CMAKE_ARGS='-DCMAKE_C_FLAGS=-U__AMX_INT8__ -DCMAKE_CXX_FLAGS=-U__AMX_INT8__'.",
        )
    return ok(name, f"{os.cpu_count()} cores; AMX is there and left unused, as it should be")


CHECKSUM_FILE = Path("_internal") / "SHA256SUMS"
"""Inside the program's folder; lines as sha256sum writes them."""

MAX_LISTED = 3
_FIX = "Install the program again."


def package(folder: Path, *, quick: bool) -> Check:
    """Whether every file of the packaged program is there, and unchanged.

    Args:
        folder: the one that holds the program.
        quick: look only whether the files are there; reading them takes a second and more.
    """
    name = "package"
    try:
        listed = list(_checksums(folder / CHECKSUM_FILE))
    except (OSError, ValueError) as failure:
        return fail(name, f"{folder / CHECKSUM_FILE} cannot be read: {failure}", _FIX)
    wrong = [problem for path, digest in listed if (problem := _problem(path, digest, quick))]
    if wrong:
        more = f" and {len(wrong) - MAX_LISTED} more" if len(wrong) > MAX_LISTED else ""
        return fail(name, f"{', '.join(wrong[:MAX_LISTED])}{more} in {folder}", _FIX)
    how = "there" if quick else "as they were made"
    return ok(name, f"{folder}: {len(listed):,} files are {how}")


def _checksums(sums: Path) -> Iterator[tuple[Path, str]]:
    for line in sums.read_text(encoding="utf-8").splitlines():
        digest, found, path = line.partition("  ")
        if not found:
            raise ValueError(f"{line[:40]!r} names no file")
        yield sums.parents[1] / path, digest


def _problem(path: Path, digest: str, quick: bool) -> str:
    try:
        with path.open("rb") as stream:
            changed = not quick and file_digest(stream, "sha256").hexdigest() != digest
    except FileNotFoundError:
        return f"{path.name} is missing"
    except OSError as failure:
        return f"{path.name} cannot be read ({failure.strerror})"
    return f"{path.name} is damaged" if changed else ""
