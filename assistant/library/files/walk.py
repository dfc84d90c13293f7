"""Walk of the user's folders: which files to read, and which are left alone and why."""

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

from assistant.core.values.base import Value
from assistant.core.values.documents import SkipReason
from assistant.language.messages import N_
from assistant.library.file_access import printable_path
from assistant.library.files.ignore import IGNORE_FILES, IgnoreDecision, IgnoreRules, rules_of

CACHE_TAG_FILE = "CACHEDIR.TAG"
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
_MARKS = frozenset({CACHE_TAG_FILE.encode(), b"pyvenv.cfg"})
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

_DOT = ord(".")
_IS_HIDDEN = N_("its name begins with a dot")
_IS_IGNORED = N_("matches a line of an ignore file")
_CAN_BE_MADE_AGAIN = N_("a folder that programs can make again")
_UNKNOWN = (0, 0)
_name_of = attrgetter("name")


class WalkRules(Value):
    """Rules of a walk: what of a folder is taken.

    A line of an ignore file that speaks of a file or folder decides before everything else. Where
    it is a `!` line of an `.assistantignore`, the thing is taken although it is hidden, of a
    skipped type or a folder that programs can make again.
    """

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


class FileToRead(NamedTuple):
    """A file to read, as a walk found it."""

    path: bytes
    """The name as it is on disk; the file's identity."""
    size: int
    """Bytes."""
    mtime_ns: int
    inode: int
    """Its number on the disk; a file that was moved keeps it."""

    @property
    def display_name(self) -> str:
        """The printable name, on one line."""
        return printable_path(self.path)


class SkippedPath(NamedTuple):
    """A file, or a folder with all that is in it, that a walk leaves alone."""

    path: bytes
    reason: SkipReason | Literal["ignored", "hidden"]
    """`ignored` and `hidden` are as the user wants it, the others worth a line in a report."""
    detail: str

    @property
    def display_name(self) -> str:
        """The printable name, on one line."""
        return printable_path(self.path)


class VisitedFolder(NamedTuple):
    """A folder that a walk looked into."""

    folder: bytes | None
    """None for the files among the roots."""
    identity: tuple[int, int]
    """Its disk and its number there; zeros when unknown."""
    found: list[FileToRead | SkippedPath]
    """What is in it, but for the folders that are visited themselves."""
    has_negations: bool
    """Whether a `!` line can bring back what is hidden here."""


class _FolderToVisit(NamedTuple):
    path: bytes
    above: IgnoreRules | None
    is_wanted: bool
    """Whether the user named it, as a root or in a `!` line."""


def walk(
    roots: Iterable[bytes | str], rules: WalkRules | None = None
) -> Iterator[FileToRead | SkippedPath]:
    """Yield what lies under `roots`, folder by folder in the order of names.

    Files among the roots come first. A root is taken whatever its own name; one that is a link
    stands for its target. Links inside are never followed: what they lead to is either found under
    its own name or lies outside.
    """
    return chain.from_iterable(visit.found for visit in visits(roots, rules))


def visits(roots: Iterable[bytes | str], rules: WalkRules | None = None) -> Iterator[VisitedFolder]:
    """Like `walk`, a folder at a time."""
    walker = _Walker(rules or WalkRules())
    paths = dict.fromkeys(_real(os.fsencode(root)) for root in roots)
    folders = {path for path in paths if os.path.isdir(path)}  # noqa: PTH112 - Path takes no bytes
    if files := [path for path in paths if path not in folders]:
        yield VisitedFolder(None, _UNKNOWN, [walker.single(path) for path in files], False)
    for path in paths:
        if path in folders:
            yield from walker.tree(path)


def is_hidden(name: bytes, rules: WalkRules) -> bool:
    """Whether a name is left out as hidden, unless a line brings it back, and says nothing."""
    return (
        name.startswith(b".") and not rules.hidden and os.fsdecode(name) not in rules.ignore_files
    )


def is_skipped_type(name: bytes, rules: WalkRules) -> bool:
    """Whether a file of this name is left out for its type, unless a line brings it back."""
    return os.fsdecode(_suffix(name)) in rules.skipped_suffixes


class _Walker:
    """Remembers what was visited: roots may hold each other."""

    def __init__(self, rules: WalkRules) -> None:
        self._rules = rules
        self._folders = {name.encode() for name in rules.skipped_folders}
        self._suffixes = {suffix.encode() for suffix in rules.skipped_suffixes}
        self._ignore_files = [(name.encode(), name) for name in rules.ignore_files]
        self._visited: set[tuple[int, int]] = set()
        self._single: set[bytes] = set()

    def single(self, path: bytes) -> FileToRead | SkippedPath:
        """A file that the user named."""
        self._single.add(path)
        try:
            return self._file(path, os.lstat(path))
        except (OSError, ValueError) as failure:
            return _unreadable(path, failure)

    def tree(self, path: bytes) -> Iterator[VisitedFolder]:
        """All there is below a folder that the user named."""
        pending = [_FolderToVisit(path, None, True)]
        while pending:
            folder = pending.pop()
            inner: list[_FolderToVisit] = []
            visit = self._visit(folder, inner)
            if visit is not None:
                yield visit
            pending.extend(reversed(inner))

    def _visit(self, folder: _FolderToVisit, inner: list[_FolderToVisit]) -> VisitedFolder | None:
        """Look into one folder, and collect the folders in it."""
        path = folder.path
        try:
            status = os.lstat(path)
            with os.scandir(path) as listing:
                entries = sorted(listing, key=_name_of)
        except OSError as failure:
            return VisitedFolder(path, _UNKNOWN, [_unreadable(path, failure)], False)
        identity = (status.st_dev, status.st_ino)
        if not stat.S_ISDIR(status.st_mode) or identity in self._visited:
            return None
        self._visited.add(identity)
        names = set(map(_name_of, entries))
        if not folder.is_wanted and not names.isdisjoint(_MARKS):
            left_out = SkippedPath(path, "ignored", _CAN_BE_MADE_AGAIN)
            return VisitedFolder(path, identity, [left_out], False)
        ignoring = tuple(name for encoded, name in self._ignore_files if encoded in names)
        here = rules_of(os.fsdecode(path), ignoring, folder.above) if ignoring else folder.above
        found = self._found(entries, here, inner)
        return VisitedFolder(path, identity, found, here is not None and here.has_negations)

    def _found(
        self,
        entries: list[os.DirEntry[bytes]],
        here: IgnoreRules | None,
        inner: list[_FolderToVisit],
    ) -> list[FileToRead | SkippedPath]:
        """What of a folder's entries is taken and what is left alone; the folders go to `inner`."""
        found: list[FileToRead | SkippedPath] = []
        takes_hidden, folders, suffixes = self._rules.hidden, self._folders, self._suffixes
        for entry in entries:
            path, name = entry.path, entry.name
            if path in self._single:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            said = here.decision(os.fsdecode(path), is_folder=is_folder) if here else None
            is_wanted = said is IgnoreDecision.TAKE_BACK
            if name[0] == _DOT and not takes_hidden and not is_wanted:
                found.append(SkippedPath(path, "hidden", _IS_HIDDEN))
            elif said is IgnoreDecision.LEAVE_OUT:
                found.append(SkippedPath(path, "ignored", _IS_IGNORED))
            elif is_folder:
                if name in folders and not is_wanted:
                    found.append(SkippedPath(path, "ignored", _CAN_BE_MADE_AGAIN))
                else:
                    inner.append(_FolderToVisit(path, here, is_wanted))
            elif not is_wanted and _suffix(name) in suffixes:
                found.append(
                    SkippedPath(path, "unsupported", N_("this file type is not supported"))
                )
            else:
                try:
                    found.append(self._file(path, entry.stat(follow_symlinks=False)))
                except OSError as failure:
                    found.append(_unreadable(path, failure))
        return found

    def _file(self, path: bytes, status: os.stat_result) -> FileToRead | SkippedPath:
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            return SkippedPath(path, "unsupported", N_(f"not a file but {_kind(status.st_mode)}"))
        if size == 0:
            return SkippedPath(path, "empty", "0 bytes")
        if size > self._rules.largest_file:
            megabytes = round(size / 1_000_000)
            limit = round(self._rules.largest_file / 1_000_000)
            detail = N_(f"{megabytes} MB, the limit is {limit} MB")
            return SkippedPath(path, "too_large", detail)
        return FileToRead(path, size, status.st_mtime_ns, status.st_ino)


def _real(path: bytes) -> bytes:
    return os.path.realpath(path) if b"\0" not in path else path


def _suffix(name: bytes) -> bytes:
    """In small letters, without the dot; a name that only begins with a dot has none."""
    dot = name.rfind(b".")
    return name[dot + 1 :].lower() if dot > 0 else b""


def _unreadable(path: bytes, failure: OSError | ValueError) -> SkippedPath:
    detail = failure.strerror if isinstance(failure, OSError) else str(failure)
    return SkippedPath(path, "unreadable", detail or type(failure).__name__)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return N_("a link")
    if stat.S_ISFIFO(mode):
        return N_("a pipe")
    return N_("a socket") if stat.S_ISSOCK(mode) else N_("a device")
