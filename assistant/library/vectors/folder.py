"""Folder of an embedded Chroma: one owner, and a record by which damage is noticed.

Chroma writes the files of its graph in place and checks nothing when it reads them. So the record
keeps a checksum of each, taken after every write that changed them: a write that was cut short
leaves files that differ. chroma.sqlite3 is a database and survives a crash; its checksum is taken
when the folder is closed, for whatever else may happen to it.

    vectors/
      lock            held by the owner as long as it lives
      record.json     which of the folders below counts, for what it was made, the checksums
      1/ 2/ …         a folder of Chroma for each time that all was made anew
"""

import shutil
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.core.atomic import replace_file
from assistant.core.errors import LibraryError
from assistant.core.values.base import Value
from assistant.library.file_access import Checksum, file_checksum

FOLDER_FORMAT = 1
"""Counts up when the layout of the folder or of the vectors in it changes."""

DATABASE_FILE = "chroma.sqlite3"


class VectorsIdentity(Value):
    """What the vectors were made for; any difference makes them worthless."""

    format: int = FOLDER_FORMAT
    chroma: str
    """Chroma's version."""
    library: str
    """The id of the library.db that they come from."""
    embedder: str
    """The embedder's identity."""
    dimensions: int


class VectorFolderRecord(Value):
    """The content of record.json."""

    purpose: VectorsIdentity
    generation: int
    """The folder that counts."""
    graph: dict[str, Checksum]
    """The files of the graph, by path in that folder."""
    database: Checksum | None = None
    """Chroma's database, known only while the folder is closed."""
    opening: bool = False
    """Whether somebody began to open it and has not come out of it yet."""
    inserted: int = 0
    """Vectors that were ever added; Chroma never gives back the room of those that left."""


class VectorFolder:
    """The folder of an embedded Chroma, held by this process."""

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            LibraryError: another process has it.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = FileLock(folder / "lock", timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise LibraryError(
                f"{folder} is in use by another process.", "Close the other assistant."
            ) from None
        self._record = folder / "record.json"
        self._seen: dict[str, tuple[int, int, int]] = {}

    def read(self) -> VectorFolderRecord | None:
        """Read the record; None when there is none that makes sense."""
        try:
            return VectorFolderRecord.model_validate_json(self._record.read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, record: VectorFolderRecord) -> None:
        # One that does not fit the folder has it made anew from library.db, without embedding.
        replace_file(self._record, record.model_dump_json().encode(), durable=False)

    def chroma(self, generation: int) -> Path:
        """The folder of a generation of Chroma."""
        return self._folder / str(generation)

    def next_generation(self) -> int:
        """A number that no folder has, so that nothing of an older one can be taken for new."""
        taken = [int(entry.name) for entry in self._folder.iterdir() if entry.name.isdigit()]
        return max(taken, default=0) + 1

    def keep_only(self, generation: int | None) -> None:
        """Delete the folders of all other generations."""
        for entry in self._folder.iterdir():
            if entry.name.isdigit() and entry.name != str(generation):
                shutil.rmtree(entry, ignore_errors=True)

    def graph_checksums(self, generation: int, known: dict[str, Checksum]) -> dict[str, Checksum]:
        """Checksums of the graph's files; those that this process has not seen changing since they
        were `known` are not read again.
        """
        checksums: dict[str, Checksum] = {}
        root = self.chroma(generation)
        for file in sorted(root.rglob("*")):
            name = file.relative_to(root).as_posix()
            if file.name.startswith(DATABASE_FILE) or not file.is_file():
                continue
            status = file.stat()
            stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
            unchanged = name in known and self._seen.get(name) == stamp
            checksums[name] = known[name] if unchanged else file_checksum(file)
            self._seen[name] = stamp
        return checksums

    def database_checksum(self, generation: int) -> Checksum | None:
        """The checksum of Chroma's database; None when it is missing or has a journal left."""
        root = self.chroma(generation)
        files = [file.name for file in root.glob(f"{DATABASE_FILE}*")]
        return file_checksum(root / DATABASE_FILE) if files == [DATABASE_FILE] else None

    def reread_all(self) -> None:
        """Have every file read again at the next checksum."""
        self._seen.clear()

    def close(self) -> None:
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
