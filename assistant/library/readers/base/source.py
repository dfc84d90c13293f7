"""Source: a file's bytes on their way through a reader, and the title of what is in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.library.limits import ReadLimits

_PLACEHOLDER = re.compile(
    r"\W*(?:(?:(?:documento |document )?(?:untitled|unnamed|sem título|sin título|senza titolo"
    r"|sans titre|ohne titel|unbenannt)"
    r"|[(\[<](?:anonymous|unspecified|unknown|none|no title|title)[)\]>]).*"
    r"|unknown|anonymous|unspecified|no ?title|no ?name|none|null|about:blank|temp|default"
    r"|(?:microsoft )?(?:word|excel|powerpoint)(?: document| presentation)?"
    r"|(?:new |novo |nuevo |neues |nouveau )?"
    r"(?:document|documento|dokument|presentation|présentation|präsentation|apresentação"
    r"|presentación|presentazione|powerpoint presentation|apresentação do powerpoint"
    r"|book|livro|libro|mappe|classeur|pasta|sheet|planilha|folha|hoja|tabelle|feuille|page|página"
    r"|slide|title|título|file|arquivo|archivo)[ _-]?(?:de texto)?[ _-]?\(?\d*\)?"
    r"|[\d\W]*)\W*",
    re.IGNORECASE,
)
"""What programs write where nobody gave a title."""
_PRODUCER = re.compile(
    r"^(microsoft (office )?(word|powerpoint|excel)|latex|pdf|acrobat|libreoffice|writer) - ",
    re.IGNORECASE,
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
