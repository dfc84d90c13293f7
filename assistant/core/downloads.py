"""Models that can be fetched: what is offered, and how far a download is."""

from typing import Literal

from assistant.core.models import Value


class RemoteFile(Value):
    """One file as its server describes it."""

    name: str
    """Within its repository."""
    size: int
    sha256: str


class Offer(Value):
    """What a download would bring, before it begins."""

    repository: str
    revision: str
    """The commit at which the files are fetched."""
    files: tuple[RemoteFile, ...]
    """All parts of one model."""
    licence: str
    """As its authors call it; empty where they do not."""
    url: str
    """The page where the licence can be read."""
    others: tuple[str, ...] = ()
    """Other models of the repository, by their files."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


class Fetching(Value):
    """How far a download is."""

    kind: Literal["fetching"] = "fetching"
    done: int
    """Bytes, those of an earlier try included."""
    total: int
    rate: float = 0
    """Bytes per second, lately; 0 as long as it is not known."""

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Fetched(Value):
    """The model is there, whole and as its server described it."""

    kind: Literal["fetched"] = "fetched"
    path: str


class Recommended(Value):
    """A model of the shipped catalogue."""

    name: str
    wanted: str
    """What `assistant models pull` takes."""
    size: int
    """Bytes to fetch, about."""
    memory: float
    """Gigabytes of memory that the machine should have."""
    licence: str
    languages: str
    good_for: str
