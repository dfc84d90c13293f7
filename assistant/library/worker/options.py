"""Worker options: where the library is, and how it reads, embeds and watches."""

from pathlib import Path

from assistant.core.values.base import Value
from assistant.library.files.walk import WalkRules
from assistant.library.limits import ReadLimits


class LibraryOptions(Value):
    """Where the library is and how it reads."""

    database: Path
    """library.db."""
    vectors: Path
    """The folder of the vectors, which can be made again."""
    reader: tuple[str, ...]
    """The command that starts a reader process."""
    probe: tuple[str, ...]
    """The command that looks into a folder of vectors, whose damage may end it."""
    embedder: Path | None = None
    """The folder of an embedder; None takes the one that comes with the program."""
    server: str = ""
    """The address of a Chroma server; empty keeps the vectors in `vectors`."""
    processes: int = 2
    """Reader processes."""
    watch: bool = True
    """Whether changes of the files are noticed while the worker runs."""
    rules: WalkRules = WalkRules()
    limits: ReadLimits = ReadLimits()
