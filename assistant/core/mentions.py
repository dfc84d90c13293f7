"""What a question names: `#collection` limits it to these files."""

import re
from collections.abc import Sequence

_MENTION = re.compile(r"""(?<![^\s(])#(?:"([^"\n]+)"|([^\s"#]+?))(?=[\s.,;:!?)]|$)""")
"""A name with spaces stands in quotes; what follows it is white space or punctuation."""


def may_name_collections(text: str) -> bool:
    """Whether it is worth asking which collections there are."""
    return _MENTION.search(text) is not None


def collections_in(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The known collections that a question names, as they are called; case does not matter."""
    by_key = {name.casefold(): name for name in known}
    found = [by_key.get(_name(match).casefold()) for match in _MENTION.finditer(text)]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def without(text: str, collections: Sequence[str]) -> str:
    """The question itself: without the names of these collections."""
    keys = {name.casefold() for name in collections}

    def keep(match: re.Match[str]) -> str:
        return "" if _name(match).casefold() in keys else match.group()

    kept = _MENTION.sub(keep, text)
    return text if kept == text else re.sub(r"[ \t]{2,}", " ", kept).strip()


def spell(collection: str) -> str:
    """How a collection is named in a question."""
    mention = f"#{collection}"
    match = _MENTION.fullmatch(mention)
    return mention if match else f'#"{collection}"'


def _name(match: re.Match[str]) -> str:
    return match[1] or match[2]
