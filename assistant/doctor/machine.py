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
from assistant.language.messages import _, localized
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
    name, kind = _("terminal"), environment.get("TERM", "")
    if not is_terminal:
        return ok(name, _("standard output is not a terminal; `assistant ask` works without one"))
    if kind in ("", "dumb"):
        return warn(
            name,
            _("TERM={kind} cannot move the cursor", kind=kind or _("(not set)")),
            _("Set TERM to your kind of terminal, as in TERM=xterm-256color."),
        )
    cells = shutil.get_terminal_size()
    terminal = f"{kind}, {cells.columns}×{cells.lines}, {_colours(environment, kind)}"
    if cells.columns < MIN_TERMINAL[0] or cells.lines < MIN_TERMINAL[1]:
        return warn(name, terminal, _("The screen needs 80×24 or more: enlarge the window."))
    return ok(name, terminal)


def _colours(environment: Mapping[str, str], kind: str) -> str:
    if environment.get("NO_COLOR"):
        return _("no colours (NO_COLOR)")
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return _("16 million colours")
    return _("256 colours") if "256color" in kind else _("16 colours")


SHOWN_KEYS = 4
"""Keys that are named one by one."""


def keys(environment: Mapping[str, str], given: Mapping[str, Any]) -> Check:
    """Which keys the program around takes, and whether two commands were to have one.

    Args:
        given: the section of the settings.
    """
    keymap = make_keymap(given, environment, sys.platform)
    if keymap.clashes:
        return warn(
            _("keys"),
            "; ".join(map(localized, keymap.clashes)),
            _("Give one of them another key in [keys]."),
        )
    taken = list(keymap.taken())
    if not taken:
        return ok(_("keys"), _("no known conflicts; `assistant doctor --keys` tests them"))
    names = ", ".join(key_name(key) for _title, key, *_rest in taken[:SHOWN_KEYS])
    if len(taken) > SHOWN_KEYS:
        names = _("{list} and {n} more", list=names, n=len(taken) - SHOWN_KEYS)
    takers = ", ".join(dict.fromkeys(title.strip(",") for *_rest, title in taken))
    return ok(
        _("keys"),
        _(
            "{keys} may be used by {takers}; other keys or commands are shown instead",
            keys=names,
            takers=takers,
        ),
    )


def encoding() -> Check:
    """Whether every character can be shown."""
    used = (sys.stdout.encoding if sys.stdout else "") or _("unknown")
    if used.lower().replace("-", "") == "utf8":
        return ok(_("encoding"), used)
    return warn(_("encoding"), used, _("Set LANG to a UTF-8 locale, as in LANG=C.UTF-8."))


def clipboard(environment: Mapping[str, str]) -> Check:
    """Clipboard: which tool copies to it, if any does."""
    tools = Clipboard(environment).tools()
    if tools and tools[0] == TMUX_COMMAND:
        return ok(_("clipboard"), _("tmux, which sends it on to the terminal (OSC 52)"))
    if tools:
        return ok(_("clipboard"), tools[0][0])
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return ok(_("clipboard"), _("the terminal's own (OSC 52), as it should be over SSH"))
    return warn(
        _("clipboard"),
        _("no tool found: copying depends on the terminal (OSC 52)"),
        _("Install wl-clipboard (Wayland) or xclip (X11)."),
    )


def folders(paths: Paths) -> Check:
    """Whether the folders can be written, and read by nobody else."""
    name = _("folders")
    for folder in dict.fromkeys([paths.config, paths.data, paths.runtime, paths.logs]):
        if not folder.exists():
            continue
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return fail(
                name,
                _("{folder} cannot be written", folder=folder),
                _("chown it to you and chmod 700 {folder}", folder=folder),
            )
        status = folder.stat()
        if status.st_uid != os.getuid():
            return warn(
                name,
                _("{folder} belongs to somebody else", folder=folder),
                _("chown {folder} to you.", folder=folder),
            )
        if status.st_mode & 0o077:
            return warn(
                name,
                _("other users can read {folder}", folder=folder),
                _("chmod 700 {folder}", folder=folder),
            )
    return ok(name, _("{data} and the others are private", data=paths.data))


def disk(folder: Path) -> Check:
    """Whether there is room for conversations and a model."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    seen = _("{free} free at {existing}", free=size(free), existing=existing)
    if free < FULL_DISK:
        return fail(
            _("disk"), seen, _("Free some space: conversations cannot be saved on a full disk.")
        )
    if free < LOW_DISK:
        return warn(_("disk"), seen, _("Free some space before you add another model."))
    return ok(_("disk"), seen)


def versions() -> Iterator[Check]:
    """Versions of the program, Python, and the libraries."""
    yield ok("assistant", __version__)
    yield ok(
        "python",
        _(
            "{version} on {system}",
            version=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}",
        ),
    )
    for library in required_libraries():
        found = version_of(library)
        if found:
            yield ok(library, found)
        else:
            yield fail(library, _("not installed"), _("Install the program again."))


def matrix_unit() -> Check:
    """Whether llama.cpp would use AMX code that crashes at the first token (built by gcc 12)."""
    name = _("cpu")
    missing = missing_instructions()
    if missing:
        return fail(
            name,
            _("it lacks {missing}", missing=", ".join(sorted(missing))),
            _("A newer processor is needed."),
        )
    flags = Path("/proc/cpuinfo")
    if not flags.exists() or "amx_int8" not in flags.read_text(errors="replace"):
        return ok(name, _("{cores} cores, no AMX", cores=os.cpu_count()))
    spec = None if getattr(sys, "frozen", False) else find_spec("llama_cpp")
    libraries = [Path(place) / "lib" for place in (spec and spec.submodule_search_locations) or ()]
    found = next((f for folder in libraries for f in folder.glob("libggml-cpu.so")), None)
    if found is None:
        return ok(name, _("{cores} cores, with AMX", cores=os.cpu_count()))
    # In a process of its own: native code never runs in this one.
    probe = [sys.executable, "-c", AMX_PROBE, str(found)]
    done = subprocess.run(probe, capture_output=True, timeout=30, check=False)
    if done.returncode == AMX_IS_USED:
        return warn(
            name,
            _("llama.cpp was compiled with AMX, which gcc 12 gets wrong"),
            _(
                "If answers crash, install llama-cpp-python again with "
                "CMAKE_ARGS='-DCMAKE_C_FLAGS=-U__AMX_INT8__ "
                "-DCMAKE_CXX_FLAGS=-U__AMX_INT8__'."
            ),
        )
    return ok(
        name,
        _(
            "{cores} cores; AMX is available and not used, as intended",
            cores=os.cpu_count(),
        ),
    )


CHECKSUM_FILE = Path("_internal") / "SHA256SUMS"
"""Inside the program's folder; lines as sha256sum writes them."""

MAX_LISTED = 3
_FIX = _("Install the program again.")


def package(folder: Path, *, quick: bool) -> Check:
    """Whether every file of the packaged program is there, and unchanged.

    Args:
        folder: the one that holds the program.
        quick: look only whether the files are there; reading them takes a second and more.
    """
    name = _("package")
    try:
        listed = list(_checksums(folder / CHECKSUM_FILE))
    except (OSError, ValueError) as failure:
        return fail(
            name,
            _("{folder} cannot be read: {failure}", folder=folder / CHECKSUM_FILE, failure=failure),
            _FIX,
        )
    wrong = [problem for path, digest in listed if (problem := _problem(path, digest, quick))]
    if wrong:
        names, more = ", ".join(wrong[:MAX_LISTED]), len(wrong) - MAX_LISTED
        if more > 0:
            names = _("{list} and {n} more", list=names, n=more)
        return fail(name, _("{problems} in {folder}", problems=names, folder=folder), _FIX)
    if quick:
        return ok(name, _("{folder}: {n:,} files found", folder=folder, n=len(listed)))
    return ok(name, _("{folder}: {n:,} files are unchanged", folder=folder, n=len(listed)))


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
        return _("{name} is missing", name=path.name)
    except OSError as failure:
        return _("{name} cannot be read ({strerror})", name=path.name, strerror=failure.strerror)
    return _("{name} is damaged", name=path.name) if changed else ""
