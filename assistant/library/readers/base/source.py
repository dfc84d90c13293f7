"""Source: a file's bytes on their way through a reader, and the title of what is in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.library.limits import ReadLimits

_PLACEHOLDER = re.compile(
    r"untitled.*|unknown|document\d*|presentation\d*|powerpoint presentation|slide ?\d+|"
    r"(book|sheet|page|title|new document) ?\d*|none|null|about:blank|\W*|[\d\W]+|"
    r"sem título.*|documento\d*|apresentação do powerpoint|pasta\d*",
    re.IGNORECASE,
)
"""What programs write where nobody gave a title."""
_PRODUCER = re.compile(
    r"^(microsoft (office )?(word|powerpoint|excel)|latex|pdf) - ", re.IGNORECASE
)
_FILE_NAME = re.compile(r"[^\s/\\]*[/\\]\S*|\S+\.[A-Za-z]{1,5}\d?")
_MAX_TITLE = 200


@dataclass(frozen=True)
class FileSource:
    """What a reader gets: the bytes of one file."""

    data: bytes
    name: str
    """The file's name without folders, in printable form."""
    limits: ReadLimits
    depth: int = 0
    """How many files this one is attached to."""
    go_on: Callable[[], None] = lambda: None
    """To be called when a part is done that may take as long as other files do: the limits on
    time begin anew."""

    @property
    def suffix(self) -> str:
        """In small letters, without the dot; empty when there is none."""
        stem, _, suffix = self.name.rpartition(".")
        return suffix.lower() if stem else ""

    def title(self, *candidates: str | None) -> str:
        """The first of `candidates` that somebody chose as a title, else the file's name."""
        for candidate in candidates:
            title = _PRODUCER.sub("", " ".join((candidate or "").split()))
            if (
                0 < len(title) <= _MAX_TITLE
                and title.isprintable()
                and not _PLACEHOLDER.fullmatch(title)
                and not _FILE_NAME.fullmatch(title)
            ):
                return title
        return self.name

    def attached(self, data: bytes, name: str) -> "FileSource":
        """A file inside this one."""
        return replace(self, data=data, name=name, depth=self.depth + 1)
