"""Where `assistant ask` looks into the user's files, and how it tells what it found there."""

from typing import Any

from assistant.cli.console import Console
from assistant.core.events import Retrieved
from assistant.core.grounding import NOWHERE, Sources
from assistant.core.models import Citation


def chosen_sources(
    collections: tuple[str, ...], no_library: bool, fall_back: bool
) -> Sources | None:
    """None goes by what the question and its conversation say.

    Whoever names a collection wants an answer from it or none; see `library.fall_back`.
    """
    if collections:
        return Sources(collections=collections, only=not fall_back)
    return NOWHERE if no_library else None


def tell_search(event: Retrieved, console: Console) -> None:
    """On standard error, for a person: whether the files have a part in the answer."""
    console.end_progress()
    if event.used:
        files = {passage.path for passage in event.used}
        count = f"{len(event.used)} passage{'' if len(event.used) == 1 else 's'}"
        console.note(f"reading {count} of {len(files)} file{'' if len(files) == 1 else 's'}")
    elif event.result.searched:
        console.note("your files do not speak to this")


def tell_citations(citations: tuple[Citation, ...], console: Console) -> None:
    """On standard error, for a person: the sources of an answer that stands there already."""
    shown: set[tuple[int, str]] = set()
    for citation in citations:
        key = (citation.number, citation.quote)
        if key not in shown:
            shown.add(key)
            place = f", {citation.place}" if str(citation.place) else ""
            console.note(f"[{citation.number}] {citation.path}{place} ({citation.strength})")


def as_object(citation: Citation) -> dict[str, Any]:
    """A citation as other programs get it."""
    place = citation.place
    return {
        "number": citation.number,
        "strength": citation.strength,
        "start": citation.start,
        "end": citation.end,
        "path": citation.path,
        "title": citation.title,
        "page": place.page,
        "heading": " > ".join(place.heading) or None,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "quote": citation.quote,
        "content_hash": citation.content_hash,
    }
