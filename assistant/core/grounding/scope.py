"""Scope of retrieval: which of the user's files a question is about."""

from typing import TYPE_CHECKING, NamedTuple

from assistant.core.grounding import mentions
from assistant.core.ports.library import Library

if TYPE_CHECKING:
    from assistant.core.values.library import SearchResult


class RetrievalScope(NamedTuple):
    """Scope of a search in the user's files."""

    collections: tuple[str, ...] | None = None
    """None is everywhere, empty is nowhere."""
    only: bool = False
    """Whether to say so, instead of answering without them, when the files do not speak to it."""


NOWHERE = RetrievalScope(collections=())
"""The user's files are left alone."""


def chosen_scope(
    collections: tuple[str, ...], no_library: bool, fall_back: bool
) -> RetrievalScope | None:
    """Retrieval scope that was asked for.

    Whoever names a collection wants an answer from it or none; see `library.fall_back`.

    Returns: None when the question and its conversation decide.
    """
    if collections:
        return RetrievalScope(collections=collections, only=not fall_back)
    return NOWHERE if no_library else None


def default_scope(
    library: Library, collections: tuple[str, ...] | None, question: str, *, fall_back: bool
) -> RetrievalScope:
    """Default sources of a question: the collections it names, else those of its conversation.
    Whoever chose collections wants an answer from them or none.

    Args:
        collections: those of the conversation; see there.
        fall_back: the user allows answers from the model alone.
    """
    if library.is_empty():
        return NOWHERE
    named = named_collections(library, question)
    chosen = named or collections
    return RetrievalScope(collections=chosen, only=bool(chosen) and not fall_back)


def named_collections(library: Library, question: str) -> tuple[str, ...]:
    """Collections that a question names."""
    if not mentions.may_name_collections(question) or library.is_empty():
        return ()
    return mentions.collections_in(question, [each.name for each in library.collections()])


class GroundedQuestion(NamedTuple):
    """A question with what the user's files hold for it, before anything is cut to the window."""

    asked: str
    """What was searched for: the question without names of collections, with those of files."""
    where: RetrievalScope
    found: "SearchResult | None"
    """None where nothing was to be searched."""
    told: str = ""
    """The answer, where it takes no model."""
