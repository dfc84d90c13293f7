"""Files, passages and libraries for tests of sources."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Passage
from assistant.core.values.library import AnswerCheck, CheckedPassage, SearchResult, Support
from tests.support.driver import Driver
from tests.support.fake_library import ScriptedLibrary

WIDE = (150, 34)
"""A terminal on which the panel comes by itself."""
RENT = "The landlord may raise the rent once every twelve months."
NOTICE = "The notice of it must be given in writing."
LEASE_TEXT = f"# Lease\n\nBetween A and B.\n\n## Rent\n\n{RENT} {NOTICE}\n\n## Pets\n\nNone.\n"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def passage(
    text: str, path: str, place: Place, *, of: str = "", score: float = 0.9, id: str = ""
) -> Passage:
    """A passage; `of` is the text of the file that it is from."""
    return Passage(
        id=id or f"{path} {text}",
        path=path,
        title=path.rsplit("/", 1)[-1],
        text=text,
        place=place,
        start=max(of.find(text), 0),
        end=max(of.find(text), 0) + len(text),
        content_hash=sha256(of),
        score=score,
        dense_score=0.8,
        keyword_score=3.0,
    )


def lease(home: Path, text: str = LEASE_TEXT) -> Passage:
    """The passage on the rent, of a file that is there."""
    path = home / "lease.md"
    path.write_text(text)
    place = Place(heading=("Lease", "Rent"), line_start=7, line_end=7)
    return passage(f"{RENT} {NOTICE}", str(path), place, of=text)


class ExactLibrary(ScriptedLibrary):
    """Knows which words of a text a sentence repeats."""

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> AnswerCheck:
        return AnswerCheck(
            support=tuple(tuple(_support(each, p.text) for p in passages) for each in sentences)
        )


def _support(sentence: str, text: str) -> Support:
    start = text.find(sentence)
    if start < 0:
        return Support(strength=None, score=0.0, start=0, end=len(text))
    return Support(strength="verbatim", score=1.0, start=start, end=start + len(sentence))


def library_of(*passages: Passage, **options: object) -> ScriptedLibrary:
    """A library in which these passages are found, and that reads files as they are."""
    result = SearchResult(passages=passages, evidence=0.9, sufficient=True, searched=1204)
    library = ExactLibrary(result, **options)  # type: ignore[arg-type]
    for each in passages:
        if Path(each.path).exists():
            library.texts[each.path] = Path(each.path).read_text()
    return library


def line(driver: Driver, words: str) -> str:
    """The line of the screen that has these words; empty when there is none."""
    return next((row for row in driver.text.split("\n") if words in row), "")


def panel(driver: Driver) -> str:
    """What the panel of sources shows."""
    left = driver.sources.region.x
    return "\n".join(row[left:] for row in driver.text.split("\n"))


def in_panel(driver: Driver, words: str) -> str:
    """The line of the panel that has these words."""
    return next((row for row in panel(driver).split("\n") if words in row), "")
