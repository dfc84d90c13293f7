"""Search query: what is typed to find something in the conversations, parsed.

    rent "per month" contr*     words, a phrase, the beginning of a word; all have to be there
    -flat -"per year"           must not be there
    role:user                   who wrote it: user, assistant or system
    before:2026-01-31 after:2026   when it was written; the second includes its day, month or year
    in:title in:prompts in:messages   what is looked into
    in:"Lease questions"        a conversation by id or title, or a folder by name
    tag:work -tag:old           tags of the conversation

The last word is also taken as the beginning of one, as it may not be typed to its end. Any text is
a query: an operator with a value that it does not know is searched as words, and `notes` says so.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

from assistant.core.values.base import Value
from assistant.core.values.conversation import Role
from assistant.language.messages import _

Field = Literal["title", "prompts", "messages"]

MAX_TERMS = 32
"""Words and phrases of one query; nobody types more on purpose."""

_FIELDS: dict[str, Field] = {
    "title": "title",
    "titles": "title",
    "prompt": "prompts",
    "prompts": "prompts",
    "message": "messages",
    "messages": "messages",
}
_OPERATORS = ("role", "before", "after", "in", "tag")
_ITEM = re.compile(
    rf"""
    (?P<minus>-(?=["\w]))?
    (?:(?P<operator>{"|".join(_OPERATORS)}):(?=[^\s"]|"[^"]*[^\s"]))?
    (?:"(?P<phrase>[^"]*)(?P<closed>"?)(?P<star>\*?) | (?P<word>[^\s"]+))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?", re.ASCII)


class SearchTerm(Value):
    """A word or a phrase."""

    text: str
    prefix: bool = False
    """Whether its last word is only the beginning of one."""

    def __str__(self) -> str:
        return f'"{self.text}"{"*" if self.prefix else ""}'


class SearchQuery(Value):
    """Parsed search query; its text form parses to the same query."""

    terms: tuple[SearchTerm, ...] = ()
    excluded: tuple[SearchTerm, ...] = ()
    roles: tuple[Role, ...] = ()
    """Any of them; empty is everybody."""
    other_roles: tuple[Role, ...] = ()
    """None of them."""
    after: date | None = None
    """That day or later."""
    before: date | None = None
    """Earlier than that day."""
    fields: tuple[Field, ...] = ()
    """What is searched; empty is everything."""
    places: tuple[str, ...] = ()
    """Conversations or folders, any of them."""
    other_places: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """All of them."""
    other_tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not understood and how it was taken, one sentence each."""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: what it rules out alone finds nothing."""
        return not (self.terms or self.is_filtered)

    @property
    def is_filtered(self) -> bool:
        """Whether it says more than words about what is wanted."""
        about_messages = self.roles or self.after or self.before
        return bool(about_messages or self.places or self.tags)

    def __str__(self) -> str:
        parts = [str(term) for term in self.terms]
        parts += [f"-{term}" for term in self.excluded]
        parts += [f"role:{role}" for role in self.roles]
        parts += [f"-role:{role}" for role in self.other_roles]
        parts += [f"after:{self.after}"] if self.after else []
        parts += [f"before:{self.before}"] if self.before else []
        parts += [f"in:{field}" for field in self.fields]
        parts += [f'in:"{place}"' for place in self.places]
        parts += [f'-in:"{place}"' for place in self.other_places]
        parts += [f'tag:"{tag}"' for tag in self.tags]
        parts += [f'-tag:"{tag}"' for tag in self.other_tags]
        return " ".join(parts)


class _QueryBuilder:
    """Query in the making."""

    def __init__(self) -> None:
        self.terms: list[SearchTerm] = []
        self.excluded: list[SearchTerm] = []
        self.roles: dict[bool, list[Role]] = {True: [], False: []}
        self.fields: list[Field] = []
        self.places: dict[bool, list[str]] = {True: [], False: []}
        self.tags: dict[bool, list[str]] = {True: [], False: []}
        self.after: date | None = None
        self.before: date | None = None
        self.notes: list[str] = []
        self.is_last_open = False
        """Whether the last word that is wanted may go on."""

    def add(self, item: re.Match[str]) -> None:
        wanted = item["minus"] is None
        operator = (item["operator"] or "").lower()
        value = item["phrase"] if item["word"] is None else item["word"]
        if operator:
            problem = self._operate(operator, value.strip(), item["word"] is None, wanted)
            if not problem:
                return
            as_words = _("It is searched as words.")
            self.notes.append(f"{item[0].strip()}: {problem} {as_words}")
            self._term(SearchTerm(text=f"{operator} {value.strip()}"), wanted)
        elif item["word"] is None:
            text = value.strip()
            open_end = bool(item["star"]) or (not item["closed"] and value == value.rstrip())
            self._term(SearchTerm(text=text, prefix=open_end), wanted)
        else:
            text = value.rstrip("*")
            self._term(SearchTerm(text=text, prefix=text != value), wanted, is_word=True)

    def query(self) -> SearchQuery:
        if self.is_last_open:
            self.terms[-1] = SearchTerm(text=self.terms[-1].text, prefix=True)
        for terms in (self.terms, self.excluded):
            if len(terms) > MAX_TERMS:
                self.notes.append(_("Only the first {words} words are searched.", words=MAX_TERMS))
        return SearchQuery(
            terms=tuple(self.terms[:MAX_TERMS]),
            excluded=tuple(self.excluded[:MAX_TERMS]),
            roles=tuple(dict.fromkeys(self.roles[True])),
            other_roles=tuple(dict.fromkeys(self.roles[False])),
            after=self.after,
            before=self.before,
            fields=tuple(dict.fromkeys(self.fields)),
            places=tuple(dict.fromkeys(self.places[True])),
            other_places=tuple(dict.fromkeys(self.places[False])),
            tags=tuple(dict.fromkeys(self.tags[True])),
            other_tags=tuple(dict.fromkeys(self.tags[False])),
            notes=tuple(self.notes),
        )

    def _term(self, term: SearchTerm, wanted: bool, is_word: bool = False) -> None:
        if not term.text:
            return
        if wanted:
            self.terms.append(term)
            self.is_last_open = is_word
        else:
            self.excluded.append(term)

    def _operate(self, operator: str, value: str, quoted: bool, wanted: bool) -> str:
        """Take an operator; what is wrong with it, if anything is."""
        match operator:
            case "role":
                known: tuple[Role, ...] = get_args(Role)
                roles = [role for role in known if role == value.lower()]
                if not roles:
                    return _("A role is one of {roles}.", roles=", ".join(known))
                self.roles[wanted] += roles
            case "in" if not quoted and wanted and value.lower() in _FIELDS:
                self.fields.append(_FIELDS[value.lower()])
            case "in":
                self.places[wanted].append(value)
            case "tag":
                self.tags[wanted].append(value)
            case _:
                day = _day(value)
                if day is None:
                    return _("A date is written as 2026-01-31, 2026-01 or 2026.")
                if not wanted:
                    return _("{operator}: cannot be excluded.", operator=operator)
                self._limit(operator, day)
        return ""

    def _limit(self, operator: str, day: date) -> None:
        if operator == "after":
            self.after = max(self.after or day, day)
        else:
            self.before = min(self.before or day, day)


def parse(text: str) -> SearchQuery:
    """Parse a search query; never fails."""
    builder = _QueryBuilder()
    for item in _items(text.replace("\0", " ")):
        builder.add(item)
    return builder.query()


def _items(text: str) -> Iterator[re.Match[str]]:
    return (item for item in _ITEM.finditer(text) if item[0])


def _day(text: str) -> date | None:
    """The first day of a year, a month, or that day."""
    found = _DATE.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        return None
