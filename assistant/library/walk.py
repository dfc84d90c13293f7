"""Walking the user's folders: which files to read, and which are left alone and why."""

import os
import stat
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from assistant.core.documents import SkipReason
from assistant.core.models import Value
from assistant.library.ignoring import IGNORE_FILES, IgnoreRules, rules_of
from assistant.library.names import printable_path

CACHE_MARK = "CACHEDIR.TAG"
"""A folder that holds it can be made again: https://bford.info/cachedir/"""

_MACHINE_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".jj",
        ".svn",
        "node_modules",
        "bower_components",
        "__pycache__",
        "site-packages",
        "dist-packages",
    }
)
_MARKS = frozenset({CACHE_MARK, "pyvenv.cfg"})
_PICTURES = {"bmp", "gif", "heic", "ico", "jpeg", "jpg", "png", "psd", "tga", "tif", "tiff", "webp"}
_SOUND = {"aac", "aiff", "flac", "m4a", "mid", "mp3", "ogg", "opus", "wav", "wma"}
_FILM = {"avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "webm", "wmv"}
_FONTS = {"eot", "otf", "ttc", "ttf", "woff", "woff2"}
_PROGRAMS = {"a", "bin", "class", "com", "dll", "dylib", "exe", "jar", "lib", "msi", "o", "so"}
_COMPILED = {"elc", "ko", "luac", "obj", "pdb", "pyc", "pyd", "pyo", "wasm", "whl"}
_ARCHIVES = {"7z", "apk", "br", "bz2", "cab", "deb", "gz", "rar", "rpm", "tar", "tgz", "xz", "zip"}
_DISKS = {"dmg", "img", "iso", "qcow2", "vdi", "vmdk"}
_NUMBERS = {"ckpt", "gguf", "h5", "npy", "npz", "onnx", "parquet", "pickle", "pkl", "safetensors"}
_DATABASES = {"db", "db-shm", "db-wal", "db3", "mdb", "sqlite", "sqlite3"}


class WalkRules(Value):
    """What of a folder is taken."""

    hidden: bool = False
    """Whether files and folders are taken whose name begins with a dot."""
    ignore_files: tuple[str, ...] = IGNORE_FILES
    """Files of patterns to leave out, later ones winning; empty to obey none."""
    skipped_folders: frozenset[str] = _MACHINE_FOLDERS
    skipped_suffixes: frozenset[str] = frozenset(
        _PICTURES
        | _SOUND
        | _FILM
        | _FONTS
        | _PROGRAMS
        | _COMPILED
        | _ARCHIVES
        | _DISKS
        | _NUMBERS
        | _DATABASES
    )
    """In small letters, without the dot: what never holds words to read."""
    largest_file: int = 200_000_000
    """Bytes."""


class Candidate(NamedTuple):
    """A file to read."""

    path: bytes
    """The name as it is on disk; the file's identity."""
    shown: str
    """The name for eyes, on one line."""
    size: int
    """Bytes."""
    mtime_ns: int
    inode: tuple[int, int]
    """Device and number; a file that was moved keeps them."""


class Skipped(NamedTuple):
    """A file, or a folder with all that is in it, that is left alone."""

    path: bytes
    shown: str
    reason: SkipReason | Literal["ignored", "hidden"]
    """`ignored` and `hidden` are as the user wants it, the others worth a line in a report."""
    detail: str


class _Folder(NamedTuple):
    path: str
    above: IgnoreRules | None


def walk(
    roots: Iterable[bytes | str], rules: WalkRules | None = None
) -> Iterator[Candidate | Skipped]:
    """Yield what lies under `roots`, folder by folder in the order of names.

    Files among the roots come first. A root is taken whatever its own name; one that is a link
    stands for its target. Links inside are never followed: what they lead to is either found under
    its own name or lies outside.
    """
    walker = _Walker(rules or WalkRules())
    paths = dict.fromkeys(_real(os.fsdecode(root)) for root in roots)
    folders = {path for path in paths if os.path.isdir(path)}  # noqa: PTH112 - a NUL raises in Path
    for path in paths:
        if path not in folders:
            yield walker.single(path)
    for path in paths:
        if path in folders:
            yield from walker.folder(path)


class _Walker:
    """Remembers what was visited: roots may hold each other."""

    def __init__(self, rules: WalkRules) -> None:
        self._rules = rules
        self._visited: set[tuple[int, int]] = set()
        self._single: set[str] = set()

    def single(self, path: str) -> Candidate | Skipped:
        """A file that the user named."""
        self._single.add(path)
        try:
            return self._file(path, os.lstat(path))
        except (OSError, ValueError) as failure:
            return _unreadable(path, failure)

    def folder(self, path: str) -> Iterator[Candidate | Skipped]:
        """All there is below a folder that the user named."""
        top = _Folder(path, None)
        pending = [top]
        while pending:
            folder = pending.pop()
            inner: list[_Folder] = []
            yield from self._inside(folder, inner, is_root=folder is top)
            pending.extend(reversed(inner))

    def _inside(
        self, folder: _Folder, inner: list[_Folder], *, is_root: bool
    ) -> Iterator[Candidate | Skipped]:
        """Yield the files of one folder, and collect the folders in it."""
        try:
            status = os.lstat(folder.path)
            with os.scandir(folder.path) as listing:
                entries = sorted(listing, key=_name_of)
        except OSError as failure:
            yield _unreadable(folder.path, failure)
            return
        if not stat.S_ISDIR(status.st_mode) or (status.st_dev, status.st_ino) in self._visited:
            return
        self._visited.add((status.st_dev, status.st_ino))
        names = {entry.name for entry in entries}
        if not is_root and not names.isdisjoint(_MARKS):
            yield _skipped(folder.path, "ignored", "a folder that programs can make again")
            return
        ignoring = tuple(name for name in self._rules.ignore_files if name in names)
        here = rules_of(folder.path, ignoring, folder.above) if ignoring else folder.above
        for entry in entries:
            found = self._entry(entry, here)
            if isinstance(found, _Folder):
                inner.append(found)
            elif found is not None:
                yield found

    def _entry(
        self, entry: os.DirEntry[str], here: IgnoreRules | None
    ) -> Candidate | Skipped | _Folder | None:
        path, name, rules = entry.path, entry.name, self._rules
        is_folder = entry.is_dir(follow_symlinks=False)
        if path in self._single:
            return None
        if name[0] == "." and not rules.hidden:
            return _skipped(path, "hidden", "its name begins with a dot")
        if here is not None and here.leaves_out(path, name, is_folder=is_folder):
            return _skipped(path, "ignored", "matches a line of an ignore file")
        if is_folder:
            if name in rules.skipped_folders:
                return _skipped(path, "ignored", "a folder that programs can make again")
            return _Folder(path, here)
        dot = name.rfind(".")
        if dot > 0 and name[dot + 1 :].lower() in rules.skipped_suffixes:
            return _skipped(path, "unsupported", "a type of file that holds no text")
        try:
            return self._file(path, entry.stat(follow_symlinks=False))
        except OSError as failure:
            return _unreadable(path, failure)

    def _file(self, path: str, status: os.stat_result) -> Candidate | Skipped:
        if not stat.S_ISREG(status.st_mode):
            return _skipped(path, "unsupported", f"not a file but {_kind(status.st_mode)}")
        if status.st_size == 0:
            return _skipped(path, "empty", "0 bytes")
        if status.st_size > self._rules.largest_file:
            megabytes = round(status.st_size / 1_000_000)
            limit = round(self._rules.largest_file / 1_000_000)
            return _skipped(path, "too_large", f"{megabytes} MB, the limit is {limit} MB")
        name = os.fsencode(path)
        identity = (status.st_dev, status.st_ino)
        return Candidate(name, printable_path(name), status.st_size, status.st_mtime_ns, identity)


def _real(path: str) -> str:
    return os.path.realpath(path) if "\0" not in path else path


def _name_of(entry: os.DirEntry[str]) -> str:
    return entry.name


def _skipped(path: str, reason: SkipReason | Literal["ignored", "hidden"], detail: str) -> Skipped:
    name = os.fsencode(path)
    return Skipped(name, printable_path(name), reason, detail)


def _unreadable(path: str, failure: OSError | ValueError) -> Skipped:
    detail = failure.strerror if isinstance(failure, OSError) else str(failure)
    return _skipped(path, "unreadable", detail or type(failure).__name__)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
