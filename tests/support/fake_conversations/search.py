"""What fits a query, by looking at every word of every conversation."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from assistant.core.conversations.search_query import SearchQuery, SearchTerm, parse
from assistant.core.values.changes import (
    MATCH_BEGIN,
    MATCH_END,
    ConversationHit,
    ConversationSearchResult,
)
from assistant.core.values.conversation import Conversation, SearchHit
from assistant.storage.tables.rows import comparable, storable
from tests.support.fake_conversations.shelf import Shelf, cleaned, summary_of
from tests.support.fake_conversations.tree import Node, Record

WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")

RANKED = 1000
"""Messages that are ranked, the newest ones."""

SNIPPET_WORDS = 24
SNIPPET_CHARS = 1000
IN_CONVERSATION = 3

USUAL_WORDS = 20
"""In a message of usual length: the same words count less in a longer one."""

TITLE, PROMPT = 1.25, 0.4
"""How much the best title and the best system prompt count, compared with the best message."""

HALF_LIFE = timedelta(days=30)

Span = tuple[int, int]
"""Where a match begins and ends."""


class Text:
    """A text, its words, and where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [found.span() for found in WORD.finditer(text)]
        self.words = [comparable(text[begin:end]) for begin, end in self.spans]

    def matches(self, term: SearchTerm) -> list[Span]:
        wanted = Text(storable(term.text)).words
        places = range(len(self.words) - len(wanted) + 1) if wanted else ()
        return [
            (self.spans[place][0], self.spans[place + len(wanted) - 1][1])
            for place in places
            if _is_phrase(self.words[place : place + len(wanted)], wanted, term.prefix)
        ]

    def fits(self, terms: Sequence[SearchTerm]) -> bool:
        """Whether all terms that have words are there."""
        worded = [term for term in terms if WORD.search(term.text)]
        return bool(worded) and all(map(self.matches, worded))

    def score(self, terms: Sequence[SearchTerm]) -> float:
        length = len(self.words) / USUAL_WORDS
        counts = [len(self.matches(term)) for term in terms]
        return sum(count / (count + 0.3 + 0.9 * length) for count in counts)

    def marked(self, terms: Sequence[SearchTerm], words: int | None = SNIPPET_WORDS) -> str:
        """The surroundings of the first match, or all of the text, with the matches marked."""
        spans = sorted(span for term in terms for span in self.matches(term))
        begin, end = self._surroundings(spans, words)
        pieces, at = ["…" if begin else ""], begin
        for first, last in spans:
            if at <= first and last <= end:
                pieces += [_plain(self.text[at:first]), MATCH_BEGIN]
                pieces += [_plain(self.text[first:last]), MATCH_END]
                at = last
        pieces += [_plain(self.text[at:end]), "…" if end < len(self.text) else ""]
        return _cut("".join(pieces))

    def _surroundings(self, spans: Sequence[Span], words: int | None) -> Span:
        if words is None or len(self.words) <= words or not spans:
            return 0, len(self.text)
        first = next(place for place, span in enumerate(self.spans) if span[0] == spans[0][0])
        first = max(min(first - 2, len(self.words) - words), 0)
        return self.spans[first][0] if first else 0, self.spans[first + words - 1][1]


@dataclass(frozen=True)
class Match:
    """A message that fits."""

    record: Record
    node: Node
    score: float

    def hit(self, query: SearchQuery) -> SearchHit:
        message = self.node.message
        return SearchHit(
            conversation_id=self.record.id,
            title=self.record.conversation.title,
            message_id=message.id,
            role=message.role,
            snippet=Text(message.text).marked(query.terms),
            created=message.created,
        )


def search(shelf: Shelf, words: str, now: datetime, limit: int) -> list[SearchHit]:
    """The best messages, best first."""
    query = parse(storable(words))
    return [match.hit(query) for match in _matches(shelf, query, now)[:limit]]


def find(shelf: Shelf, words: str, now: datetime, limit: int) -> ConversationSearchResult:
    """The best conversations with their best messages, best first."""
    query = parse(storable(words))
    matches = _matches(shelf, query, now)
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.record.id, []).append(match)
    scores = {id: best[0].score for id, best in found.items()}
    most = max(scores.values(), default=0.0) or 1.0
    titles = _named(shelf, query, now, "title", lambda conversation: conversation.title)
    prompts = _named(shelf, query, now, "prompts", lambda conversation: conversation.system_prompt)
    for named, weight in ((titles, TITLE), (prompts, PROMPT)):
        for id, score in named.items():
            scores[id] = scores.get(id, 0.0) + weight * most * score
    best = sorted(scores, key=lambda id: -scores[id])[:limit]
    return ConversationSearchResult(
        conversations=tuple(
            _finding(shelf.records[id], query, found.get(id, []), id in titles, id in prompts)
            for id in best
        ),
        messages=len(matches),
        is_capped=len(matches) == RANKED,
        notes=query.notes,
    )


def _finding(
    record: Record, query: SearchQuery, matches: Sequence[Match], in_title: bool, in_prompt: bool
) -> ConversationHit:
    there, terms = record.conversation, query.terms
    return ConversationHit(
        conversation=summary_of(record),
        title=Text(there.title).marked(terms, None) if in_title else "",
        prompt=Text(there.system_prompt).marked(terms) if in_prompt else "",
        hits=tuple(match.hit(query) for match in matches[:IN_CONVERSATION]),
        messages=len(matches),
    )


def _matches(shelf: Shelf, query: SearchQuery, now: datetime) -> list[Match]:
    """The messages that fit, best first; without words the newest."""
    if query.is_empty or (query.fields and "messages" not in query.fields):
        return []
    fitting = sorted(_fitting(shelf, query), key=lambda pair: -pair[1].number)[:RANKED]
    matches = [
        Match(record, node, _score(Text(node.message.text), query, now - node.message.created))
        for record, node in fitting
    ]
    return sorted(matches, key=lambda match: -match.score)


def _fitting(shelf: Shelf, query: SearchQuery) -> Iterator[tuple[Record, Node]]:
    first, last = _midnight(query.after), _midnight(query.before)
    for record in _places(shelf, query):
        for node in record.nodes.values():
            role, created = node.message.role, node.message.created
            is_by = not query.roles or role in query.roles
            is_in_time = (first is None or created >= first) and (last is None or created < last)
            if is_by and role not in query.other_roles and is_in_time:
                text = Text(node.message.text)
                is_there = not query.terms or text.fits(query.terms)
                if is_there and not any(map(text.matches, query.excluded)):
                    yield record, node


def _named(
    shelf: Shelf, query: SearchQuery, now: datetime, field: str, of: Callable[[Conversation], str]
) -> dict[str, float]:
    """Scores of conversations whose title or system prompt fits, at most 1."""
    if query.roles or query.other_roles or (query.fields and field not in query.fields):
        return {}
    first, last = _midnight(query.after), _midnight(query.before)
    scores: dict[str, float] = {}
    for record in _places(shelf, query):
        there = record.conversation
        is_in_time = (first is None or there.updated >= first) and (
            last is None or there.created < last
        )
        texts = (Text(there.title), Text(there.system_prompt))
        is_excluded = any(text.matches(term) for text in texts for term in query.excluded)
        if is_in_time and not is_excluded and Text(of(there)).fits(query.terms):
            scores[there.id] = _score(Text(of(there)), query, now - there.updated)
    most = max(scores.values(), default=1.0)
    return {id: score / most for id, score in scores.items()}


def _places(shelf: Shelf, query: SearchQuery) -> list[Record]:
    """The conversations in which is searched, newest first."""
    tags = [comparable(cleaned(tag)) for tag in query.tags]
    other_tags = [comparable(cleaned(tag)) for tag in query.other_tags]
    found = []
    for record in reversed(shelf.records.values()):
        own = {comparable(tag) for tag in record.conversation.tags}
        is_there = not query.places or _is_in(record, query.places)
        is_tagged = own.issuperset(tags) and own.isdisjoint(other_tags)
        if is_there and is_tagged and not _is_in(record, query.other_places):
            found.append(record)
    return [record for record in found if record.conversation.deleted is None]


def _is_in(record: Record, places: Iterable[str]) -> bool:
    """Whether it is one of these: by the start of its id, a part of its title, or its folder."""
    there = record.conversation
    return any(
        there.id.startswith(storable(place).lower())
        or comparable(place) in comparable(there.title)
        or is_within(there.folder, place)
        for place in places
    )


def is_within(folder: str, place: str) -> bool:
    """Whether a folder is this one or below it."""
    key = comparable(cleaned(place))
    return bool(folder) and f"{comparable(folder)}/".startswith(f"{key}/")


def _score(text: Text, query: SearchQuery, age: timedelta) -> float:
    """How well a text fits; what is newer does so more."""
    newer: float = 0.5 ** min(max(age / HALF_LIFE, 0.0), 1000.0)
    return text.score(query.terms) * (1 + newer / 2)


def _is_phrase(words: Sequence[str], wanted: Sequence[str], is_open: bool) -> bool:
    is_last = words[-1].startswith(wanted[-1]) if is_open else words[-1] == wanted[-1]
    return is_last and words[:-1] == wanted[:-1]


def _midnight(day: date | None) -> datetime | None:
    """When a day begins where the user is."""
    if day is None:
        return None
    naive = datetime.combine(day, time.min)
    try:
        return naive.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return naive.replace(tzinfo=UTC)


def _plain(text: str) -> str:
    return text.replace(MATCH_BEGIN, "").replace(MATCH_END, "")


def _cut(marked: str) -> str:
    if len(marked) <= SNIPPET_CHARS:
        return marked
    cut = marked[:SNIPPET_CHARS]
    is_open = cut.rfind(MATCH_BEGIN) > cut.rfind(MATCH_END)
    return cut + (MATCH_END if is_open else "") + "…"
