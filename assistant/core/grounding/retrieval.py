"""Retrieval for a turn: passages found, judged, cut to the room there is, quoted in the prompt.

Passages are numbered and quoted with their title and place. They stand in the user's message and
the question stands last, so that everything before that message stays as it was sent and its
key/value cache stays valid. What a document says is data: every line of it is marked as quotation,
so that it can neither end its quotation nor pass for the user. The instruction is short because
small models lose the question behind a long one; citations are not asked for, they are checked
(`grounding.citations`).

The wording is that of the internal prompt `sources`, which a user may override.
"""

from collections.abc import Generator, Sequence
from pathlib import PurePath
from threading import Event
from time import monotonic

from assistant.core.context.plan import CHARS_PER_TOKEN
from assistant.core.errors import ContextOverflowError
from assistant.core.grounding import versions
from assistant.core.grounding.followups import Antecedents, is_follow_up
from assistant.core.grounding.scope import RetrievalScope
from assistant.core.ports.library import Library
from assistant.core.ports.models import ChatModel
from assistant.core.sanitize import one_line, printable
from assistant.core.values.conversation import ChatMessage, Place
from assistant.core.values.documents import Document, Passage
from assistant.core.values.events import Searching
from assistant.core.values.library import FileText, SearchResult, UnusedPassage
from assistant.core.values.prompts import fill_placeholders
from assistant.core.wording import place_text, unread_sentence
from assistant.language.messages import _, ngettext

QUOTE_PREFIX = "> "
"""Before every line of a quotation."""

INSTRUCTION = "Using only the quotations above, answer this question: "

TEMPLATE = f"{{{{passages}}}}\n\n{INSTRUCTION}{{{{question}}}}"
"""The text of the shipped prompt."""


def compose_question(question: str, passages: Sequence[Passage], template: str = TEMPLATE) -> str:
    """User message with its quoted passages, as the model reads it; the bare question without any.

    Args:
        template: holds `{{passages}}` and `{{question}}`.
    """
    if not passages:
        return question
    differing = versions.disagreements(passages)
    dated = {number for each in differing for number in (each.first, each.second)}
    quoted = [
        _quote(number, passage, dated=number in dated) for number, passage in enumerate(passages, 1)
    ]
    told = [one_line(each.text, 400) for each in differing]
    return fill_placeholders(
        template, {"passages": "\n\n".join([*quoted, *told]), "question": question}
    )


def _quote(number: int, passage: Passage, *, dated: bool) -> str:
    place = one_line(str(passage.place), 120)
    date = f", {passage.modified:%Y-%m-%d}" if dated and passage.modified else ""
    head = f"[{number}] {one_line(passage.title, 120)}{f', {place}' if place else ''}{date}"
    lines = printable(passage.text).split("\n")
    return "\n".join([head, *(QUOTE_PREFIX + line for line in lines)])


MAX_PASSAGES = 4
"""Passages in a prompt. A small model is confused by more, and each has to be read."""

MIN_RELATIVE_SCORE = 0.4
"""Of the best passage's score: what scores less than that only distracts from it."""

MAX_ROOM_SHARE = 0.5
"""Of the room for the prompt that passages may take."""

NEAR_MISS_EVIDENCE = 0.05
"""Evidence from which on the best passage may have something to do with the question."""

INDEXING_TIMEOUT = 10.0
"""Seconds for which a question waits for files that are being read for the first time."""

POLL_SECONDS = 0.3
"""Seconds between two checks of how far they are."""


def search(
    library: Library, question: str, before: Antecedents, where: RetrievalScope, stop: Event
) -> SearchResult:
    """Search the passages for a question.

    "And how much does it cost?" says little on its own: a follow-up is searched alone and together
    with what it follows, and so is any question that finds nothing.
    """
    follows = bool(before.texts) and is_follow_up(question)
    limit = 2 * MAX_PASSAGES if follows else MAX_PASSAGES
    found = library.search(question, where.collections, limit, stop)
    if stop.is_set() or not before.texts or (found.sufficient and not follows):
        return found
    together = library.search("\n".join([*before.texts, question]), where.collections, limit, stop)
    if follows:
        return _merged(found, together, before.files)
    return together if together.sufficient else found


def _merged(alone: SearchResult, together: SearchResult, quoted: frozenset[str]) -> SearchResult:
    """The passages of a follow-up: those that fit it and what it follows come before those that
    fit only one of them, and those of files that were just quoted before others of the same score.

    A score tells of passages of one search which fit better; the search that the files speak to
    more counts more.
    """
    whole = alone.evidence + together.evidence
    scores: dict[str, float] = {}
    found: dict[str, Passage] = {}
    for result in (together, alone):
        weight = result.evidence / whole if whole else 0.5
        for passage in result.passages:
            scores[passage.id] = scores.get(passage.id, 0.0) + passage.score * weight
            found.setdefault(passage.id, passage)

    def order(passage: Passage) -> tuple[float, bool]:
        return -round(scores[passage.id], 2), passage.path not in quoted

    best: list[Passage] = []
    for passage in sorted(found.values(), key=order):
        if not any(_overlap(passage, other) for other in best):
            best.append(passage.model_copy(update={"score": scores[passage.id]}))
    chosen = best[:MAX_PASSAGES]
    taken = {passage.id for passage in chosen}
    left = [UnusedPassage(passage=passage, reason="score") for passage in best[MAX_PASSAGES:]]
    taken |= {each.passage.id for each in left}
    return together.model_copy(
        update={
            "passages": tuple(chosen),
            "corrections": tuple(dict.fromkeys((*alone.corrections, *together.corrections))),
            "evidence": max(alone.evidence, together.evidence),
            "sufficient": bool(chosen) and (alone.sufficient or together.sufficient),
            "unused": (*left, *(each for each in together.unused if each.passage.id not in taken)),
        }
    )


def _overlap(one: Passage, other: Passage) -> bool:
    same = (one.path, one.content_hash) == (other.path, other.content_hash)
    return same and max(one.start, other.start) < min(one.end, other.end)


def search_when_read(
    library: Library, question: str, before: Antecedents, where: RetrievalScope, stop: Event
) -> Generator[Searching, None, SearchResult]:
    """Search the passages for a question, waiting for files that are still being indexed.

    Whoever drops a folder and asks means that folder: the question waits for it while nothing in
    it has been read, to the end of the job when that is near, else until something is found.
    """
    yield Searching()
    found = search(library, question, before, where, stop)
    deadline = monotonic() + INDEXING_TIMEOUT
    while not (found.searched or stop.is_set()) and _is_being_read(library, where):
        yield Searching(unread=True)
        stop.wait(POLL_SECONDS)
        if monotonic() > deadline:
            found = search(library, question, before, where, stop)
    if found.searched or stop.is_set():
        return found
    return search(library, question, before, where, stop)


def _is_being_read(library: Library, where: RetrievalScope) -> bool:
    status = library.status()
    if status.job is None or status.paused:
        return False
    names: Sequence[str | None] = (None,) if where.collections is None else where.collections
    return any(
        library.files(name, "waiting", limit=1) or not library.files(name, limit=1)
        for name in names
    )


def count_unread(library: Library, where: RetrievalScope) -> int:
    """Number of files of these sources that are not indexed yet."""
    if where.collections is None:
        return library.status().waiting
    return sum(len(library.files(name, "waiting")) for name in where.collections)


def fit_passages(
    question: str,
    passages: Sequence[Passage],
    model: ChatModel,
    room: int,
    template: str = TEMPLATE,
) -> tuple[Passage, ...]:
    """Best passages, as many as fit beside the rest of a prompt of `room` tokens."""
    best = max((passage.score for passage in passages), default=0.0)
    near = [
        passage
        for passage in passages
        if passage.score >= best * MIN_RELATIVE_SCORE and not passage.navigation
    ][:MAX_PASSAGES]
    while near:
        content = compose_question(question, near, template)
        if (
            model.measure([ChatMessage(role="user", content=content, quotes_files=True)]).total
            <= room * MAX_ROOM_SHARE
        ):
            break
        near.pop()
    return tuple(near)


def read_attached(library: Library, attached: Sequence[str], stop: Event) -> SearchResult:
    """Read attached files, whole: each is one passage, and all of them are wanted."""
    files: list[FileText] = []
    for path in attached:
        file = library.read(path, stop)
        if file is None:
            break
        files.append(file)
    return SearchResult(
        passages=tuple(_as_passage(file) for file in files),
        evidence=1.0,
        sufficient=True,
        searched=len(files),
    )


def fit_whole_files(
    question: str,
    passages: Sequence[Passage],
    model: ChatModel,
    room: int,
    template: str = TEMPLATE,
) -> tuple[Passage, ...]:
    """All passages of attached files, if they fit in `room` tokens.

    Raises:
        ContextOverflowError: they do not fit the window with the question.
    """
    content = compose_question(question, passages, template)
    measured = model.measure([ChatMessage(role="user", content=content, quotes_files=True)])
    total = measured.total
    if total > room:
        names = ", ".join(passage.title for passage in passages)
        raise ContextOverflowError(
            f"{names}: {total:,} tokens with the question, and the window has room for {room:,}.",
            "Add it to your files instead (/add, or `assistant add`): then only the passages that"
            " matter are read. `/summarise`, or `assistant summarise`, reads all of it.",
            excess=max(total, len(content) // CHARS_PER_TOKEN if not measured.exact else 0) - room,
        )
    return tuple(passages)


def _passage_label(passage: Passage) -> str:
    """A passage in a sentence: its file and, as far as that is known, its place."""
    name = PurePath(passage.path).name or passage.path
    return ", ".join(filter(None, (name, place_text(passage.place))))


def _as_passage(file: FileText) -> Passage:
    document = file.document
    return Passage(
        id=file.path,
        path=file.path,
        title=document.title,
        text=document.text,
        place=_place_of(document),
        start=0,
        end=len(document.text),
        content_hash=file.content_hash,
        score=1.0,
        dense_score=0.0,
        keyword_score=0.0,
        unread=document.unread,
    )


def _place_of(document: Document) -> Place:
    """A whole file stands nowhere in particular."""
    if not document.has_lines:
        return Place()
    return Place(line_start=1, line_end=document.text.count("\n") + 1)


def nothing_found_text(result: SearchResult, where: RetrievalScope, unread: int = 0) -> str:
    """Answer without a model, where the files hold nothing about a question.

    Args:
        unread: files that are still to be read.
    """
    place = _("your files") if where.collections is None else ", ".join(where.collections)
    if not result.searched:
        return _("Nothing in {place} has been read yet. Ask again later.", place=place)
    told = [
        ngettext(
            "I found nothing about this in {place} ({passages:,} passage searched).",
            "I found nothing about this in {place} ({passages:,} passages searched).",
            result.searched,
            place=place,
            passages=result.searched,
        )
    ]
    if result.passages and result.evidence >= NEAR_MISS_EVIDENCE:
        nearest = result.passages[0]
        told.append(_("The closest passage is {passage}.", passage=_passage_label(nearest)))
        if nearest.unread:
            told.append(_("In that file, {unread}.", unread=unread_sentence(nearest.unread)))
    if unread:
        told.append(
            ngettext(
                "{files:,} file has not been read yet: ask again later.",
                "{files:,} files have not been read yet: ask again later.",
                unread,
                files=unread,
            )
        )
    return " ".join(told)
