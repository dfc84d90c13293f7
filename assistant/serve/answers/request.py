"""Answer request: what is asked of a model or of the user's files, and the events of an answer."""

from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.core.values.conversation import ChatMessage, Strength
from assistant.core.values.events import Finished, Thought, Wrote
from assistant.core.values.sampling import Constraint, SamplingChanges


class PlainModel(NamedTuple):
    """A model that answers what it is told and nothing else."""

    id: str
    """As it is listed."""
    name: str
    """As the catalog has it."""


class LibraryModel(NamedTuple):
    """The user's files: they are searched, and the answer is checked against them."""

    id: str
    collection: str | None
    """None is all of them."""


ServedModel = PlainModel | LibraryModel


@dataclass(frozen=True)
class AnswerRequest:
    """Request for an answer."""

    model: ServedModel
    messages: tuple[ChatMessage, ...]
    """A last one of the assistant is gone on with."""
    sampling: SamplingChanges = field(default_factory=SamplingChanges)
    constraint: Constraint | None = None
    stop_texts: tuple[str, ...] = ()
    """Texts that end the answer, and are no part of it."""
    program: str = ""
    """Who asks: each program has its turn."""


class ListedSource(NamedTuple):
    """A passage that bears out a sentence of an answer, or says the opposite."""

    number: int
    start: int
    """The sentence with its mark, as offsets in the answer."""
    end: int
    strength: Strength
    path: str
    title: str
    page: int | None
    heading: tuple[str, ...]
    lines: tuple[int, int] | None
    """The first and the last."""
    quote: str
    url: str
    """A page that shows the passage, for a while."""


class SourcesListed(NamedTuple):
    """The answer is written and checked: what bears it out."""

    sources: tuple[ListedSource, ...]


AnswerEvent = Thought | Wrote | SourcesListed | Finished
"""What an answer consists of; `Finished` comes last."""
