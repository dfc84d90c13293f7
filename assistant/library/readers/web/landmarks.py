"""Landmarks: what of a page is its content, and what only leads elsewhere.

Menus, lists of links and the banners that ask for consent become blocks of kind `navigation`; an
address or a sentence in a footer stays what it is. A page that has nothing else keeps it all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from assistant.core.values.documents import BlockKind
from assistant.library.readers.base.tables import CellRow

_NAVIGATION_ROLES = frozenset({"navigation", "menu", "menubar", "tablist", "toolbar"})
_MARGINS = frozenset({"footer", "aside", "header"})
_MARGIN_ROLES = frozenset({"contentinfo", "complementary", "banner"})
_CONTENT = frozenset({"article"})
_TAGS = frozenset({"nav", "main", *_MARGINS, *_CONTENT})
_CONSENT = frozenset({"cookie", "cookies", "consent", "gdpr", "cookiebanner", "cookieconsent"})
"""Parts of names by which pages call the banner that asks for consent."""
_NAME_PART = re.compile(r"[a-z]+")
_SAYS_SOMETHING = re.compile(r"[\d@.,:;!?。、，：！？]")
"""What stands in sentences, addresses and numbers, and in no label of a menu."""
_MIN_LINKS = 3
_MAX_LABEL = 3.5
"""Words of a label in a menu, on average: titles of articles are longer."""


class Landmark(NamedTuple):
    """Where an element stands in its page, as far as what is in it stands there, too."""

    main: bool = False
    content: bool = False
    """In an article or the main part."""
    navigation: bool = False
    margin: bool = False
    """In a footer, a header or beside the content."""

    def within(self, tag: str, attributes: Mapping[str, str]) -> "Landmark":
        """The place of an element in the one that this is of."""
        if tag not in _TAGS and not attributes:
            return self
        role = attributes.get("role", "").strip().lower()
        if tag == "nav" or role in _NAVIGATION_ROLES or _asks_for_consent(attributes):
            return self._replace(navigation=True)
        if not role and tag not in _TAGS:
            return self
        if tag == "main" or role == "main":
            return self._replace(main=True, content=True, margin=False)
        if tag in _CONTENT or role == "article":
            return self._replace(content=True, margin=False)
        if tag == "aside" or (not self.content and (tag in _MARGINS or role in _MARGIN_ROLES)):
            return self._replace(margin=True)
        return self


def _asks_for_consent(attributes: Mapping[str, str]) -> bool:
    if "id" not in attributes and "class" not in attributes:
        return False
    names = f"{attributes.get('id', '')} {attributes.get('class', '')}".lower()
    may_ask = any(name in names for name in ("cookie", "consent", "gdpr"))
    return may_ask and not _CONSENT.isdisjoint(_NAME_PART.findall(names))


class PageBlock(NamedTuple):
    """A block of a page, before its place in the document is known."""

    text: str
    kind: BlockKind
    level: int
    landmark: Landmark
    rows: Sequence[CellRow] = ()
    """Of a table, instead of text."""
    links: int = 0
    """How many links it is made of; 0 when there is text beside them."""


def in_reading_order(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """The main part first where the page has one, and what only leads elsewhere marked as that."""
    marked = list(_marked(blocks))
    if all(block.kind == "navigation" for block in marked):
        return list(blocks)
    parts = sum(is_main for is_main, _ in groupby(marked, key=_is_main))
    return sorted(marked, key=_is_main, reverse=True) if parts == 1 else marked


def _is_main(block: PageBlock) -> bool:
    return block.landmark.main


def _marked(blocks: Sequence[PageBlock]) -> Iterator[PageBlock]:
    for is_linked, group in groupby(blocks, key=_may_be_menu):
        run = list(group)
        words = sum(len(block.text.split()) for block in run)
        links = sum(block.links for block in run)
        is_menu = is_linked and links >= _MIN_LINKS and words <= _MAX_LABEL * links
        for block in run:
            leads_elsewhere = is_menu or block.landmark.navigation or _is_bare(block)
            if leads_elsewhere and not block.rows:
                yield block._replace(kind="navigation")
            else:
                yield block


def _may_be_menu(block: PageBlock) -> bool:
    """Whether it is nothing but links, outside of the content."""
    return block.links > 0 and not block.landmark.content and block.kind in ("paragraph", "list")


def _is_bare(block: PageBlock) -> bool:
    """Whether a block in a margin is made of links or labels alone."""
    if not block.landmark.margin or block.kind not in ("paragraph", "list"):
        return False
    return block.links > 0 or _SAYS_SOMETHING.search(block.text) is None
