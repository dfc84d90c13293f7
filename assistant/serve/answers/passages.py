"""Passage pages: what an answer cites, shown in a browser for a while.

A link carries no key, so its address is the secret: it cannot be guessed, shows one passage, and
ends soon.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from threading import Lock
from time import monotonic
from typing import NamedTuple

from assistant.core.sanitize import one_line, printable
from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage

LIFETIME = 1800.0
"""Seconds."""

MAX_PAGES = 1000
BYTES = 24
"""Random ones, of an address."""

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title><style>
body {{ max-width: 44em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 sans-serif;
  color: #222; background: #fff }}
pre {{ white-space: pre-wrap; font: inherit }} mark {{ background: #fe8 }} p {{ color: #666 }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #111 }}
  mark {{ background: #653; color: #fff }} p {{ color: #999 }} }}
</style></head><body><h1>{title}</h1><p>{place}</p><pre>{text}</pre></body></html>
"""


class _PassagePage(NamedTuple):
    html: str
    ends: float


class PassagePages:
    """The pages there are now. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.base = ""
        """What stands before the path of an address: where the server listens."""
        self._clock = clock
        self._lock = Lock()
        self._pages: OrderedDict[str, _PassagePage] = OrderedDict()

    def add(self, passage: Passage, citation: Citation) -> str:
        """Show what a passage is cited for. Returns: the address."""
        name = secrets.token_urlsafe(BYTES)
        page = _PassagePage(_html(passage, citation), self._clock() + LIFETIME)
        with self._lock:
            self._pages[name] = page
            while len(self._pages) > MAX_PAGES:
                self._pages.popitem(last=False)
        return f"{self.base}/p/{name}"

    def find(self, name: str) -> str | None:
        """The page of that name as HTML; None where there is none any more."""
        with self._lock:
            self._drop_old()
            page = self._pages.get(name)
        return page.html if page else None

    def _drop_old(self) -> None:
        now = self._clock()
        while self._pages and next(iter(self._pages.values())).ends <= now:
            self._pages.popitem(last=False)


def _html(passage: Passage, citation: Citation) -> str:
    text = printable(passage.text)
    before, quote, after = text.partition(printable(citation.quote))
    if not quote:
        before, after = text, ""
    marked = f"{escape(before)}<mark>{escape(quote)}</mark>{escape(after)}"
    place = ", ".join(filter(None, [passage.path, str(citation.place)]))
    return PAGE.format(
        title=escape(one_line(passage.title, 200)),
        place=escape(one_line(place, 1000)),
        text=marked if quote else escape(before),
    )
