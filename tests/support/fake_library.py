"""A fake of the Library port: it keeps the contract, and what it was asked."""

import hashlib
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event

from assistant.core.errors import LibraryDiedError, NotFoundError, UnreadableFileError
from assistant.core.values.conversation import Place, Strength
from assistant.core.values.documents import Block, Document, Passage, UnreadParts
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    Collection,
    Done,
    FileEntry,
    FileFilter,
    FileText,
    IndexEvent,
    LibraryStatus,
    NearestSentence,
    Planned,
    RankedText,
    RemovedRoots,
    Scanned,
    SearchResult,
    Support,
    Survey,
    TextVectors,
    Verification,
    Waiting,
)

_MOST = 0.7
"""Of the words of a sentence, what has to be in a text that bears it out."""


class ScriptedLibrary:
    """Answers every question with the same result, and every job with the same events.

    Attributes:
        asked: every call of `search`: question, collections, limit.
        added: every call of `add`: paths and collection.
        paused: whether `pause` was called last.
        texts: what files say that are read whole, by path.
        planned: what `survey` tells.
        missing: paths that are not there.
        unreadable: files that give no text, by path, with the reason.
        unread: what could not be read of files, by path.
        needs: a word without which a question finds nothing sufficient.
        documents: files with a structure that are read whole, by path.
        dies: whether it is gone when an answer is checked.
    """

    def __init__(
        self,
        result: SearchResult | None = None,
        events: Sequence[IndexEvent] = (),
        collections: Sequence[Collection] = (),
        files: Sequence[FileEntry] = (),
        *,
        texts: Mapping[str, str] | None = None,
        planned: Survey | None = None,
        missing: Sequence[str] = (),
        unreadable: Mapping[str, str] | None = None,
        unread: Mapping[str, tuple[UnreadParts, ...]] | None = None,
        needs: str = "",
        dies: bool = False,
    ) -> None:
        self.result = result or SearchResult()
        self.events = list(events) or [
            Planned(files=0, bytes=0),
            Done(indexed=0, skipped=0, removed=0, seconds=0.1),
        ]
        self.sets = list(collections)
        self.entries = list(files)
        self.asked: list[tuple[str, tuple[str, ...] | None, int]] = []
        self.added: list[tuple[tuple[str, ...], str]] = []
        self.removed: list[tuple[str, tuple[str, ...]]] = []
        self.taken_out: list[tuple[str, tuple[str, ...]]] = []
        self.paused = False
        self.cancelled = 0
        self.texts = dict(texts or {})
        self.planned = planned or Survey(files=0, bytes=0)
        self.missing = set(missing)
        self.unreadable = dict(unreadable or {})
        self.unread = dict(unread or {})
        self.needs = needs
        self.dies = dies
        self.documents: dict[str, Document] = {}

    def on_notice(self, tell: Callable[[str], object]) -> None:
        self.tell = tell

    def is_empty(self) -> bool:
        return not (self.sets or self.entries or self.result.searched)

    def survey(
        self, paths: Sequence[str], collection: str, stop: Event
    ) -> Iterator[Waiting | Scanned | Survey]:
        self._expect(paths)
        yield Scanned(files=self.planned.files)
        if not stop.is_set():
            yield self.planned

    def read(self, path: str, stop: Event) -> FileText | None:
        if stop.is_set():
            return None
        if path in self.unreadable:
            raise UnreadableFileError(f"{path} gives no text: {self.unreadable[path]}.")
        if path in self.documents:
            document = self.documents[path]
            digest = hashlib.sha256(document.text.encode()).hexdigest()
            return FileText(path=path, document=document, content_hash=digest)
        if path not in self.texts:
            raise NotFoundError(f"{path!r} cannot be read: No such file or directory.")
        text = self.texts[path]
        block = Block(start=0, end=len(text))
        title = path.rsplit("/", 1)[-1]
        unread = self.unread.get(path, ())
        document = Document(title=title, text=text, blocks=(block,), has_lines=True, unread=unread)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return FileText(path=path, document=document, content_hash=digest)

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        self._expect(paths)
        self.added.append((tuple(paths), collection))
        self.taken_out = [each for each in self.taken_out if each != (collection, tuple(paths))]
        return self._job(stop)

    def refresh(self, stop: Event, collection: str | None = None) -> Iterator[IndexEvent]:
        self._named(collection)
        return self._job(stop)

    def rebuild(self, stop: Event) -> Iterator[IndexEvent]:
        return self._job(stop)

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        scope = None if collections is None else tuple(collections)
        self.asked.append((question, scope, limit))
        self._named(*(scope or ()))
        if scope == () or (stop is not None and stop.is_set()):
            return SearchResult()
        found: dict[str, object] = {"passages": self.result.passages[:limit]}
        if self.needs not in question:
            found |= {"sufficient": False, "evidence": 0.01}
        return self.result.model_copy(update=found)

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> AnswerCheck:
        """Words shared, nothing else, decide on support; the first passage is the nearest."""
        if self.dies:
            raise LibraryDiedError("The library stopped unexpectedly.")
        if stop is not None and stop.is_set():
            return AnswerCheck()
        rows = tuple(tuple(_support(each, p.text) for p in passages) for each in sentences)
        is_firm = any(each.strength in ("verbatim", "supported") for row in rows for each in row)
        said = bool(question and passages) and not is_firm
        nearest = NearestSentence(number=1, text=passages[0].text) if said else None
        return AnswerCheck(support=rows, nearest=nearest)

    def rank(
        self, texts: Sequence[str], count: int, stop: Event | None = None, *, question: str = ""
    ) -> tuple[RankedText, ...]:
        """Those that share most words with the question come first, then the longest."""
        if stop is not None and stop.is_set():
            return ()
        asked = set(_plain(question).split())
        order = sorted(
            range(len(texts)),
            key=lambda at: (-len(asked & set(_plain(texts[at]).split())), -len(texts[at])),
        )
        ranked = (RankedText(at=at, score=1 - place / 100) for place, at in enumerate(order))
        return tuple(ranked)[:count]

    def embed(
        self, texts: Sequence[str], stop: Event | None = None, *, questions: bool = False
    ) -> TextVectors:
        """Of each text a vector of its own, which points nowhere in particular."""
        if stop is not None and stop.is_set():
            return TextVectors()
        angles = [hashlib.sha256(text.encode()).digest()[0] / 41 for text in texts]
        return TextVectors(
            embedder="scripted",
            vectors=tuple((math.cos(angle), math.sin(angle)) for angle in angles),
            tokens=sum(len(text.split()) for text in texts),
        )

    def collections(self) -> list[Collection]:
        return self.sets

    def files(
        self,
        collection: str | None = None,
        state: FileFilter | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[FileEntry]:
        self._named(collection)
        found = [
            entry
            for entry in self.entries
            if state in (None, entry.state) or (state == "partial" and entry.unread)
        ]
        return found[offset:][:limit]

    def status(self) -> LibraryStatus:
        return LibraryStatus(
            collections=len(self.sets),
            files=len(self.entries),
            indexed=len(self.files(state="indexed")),
            skipped=len(self.files(state="skipped")),
            waiting=len(self.files(state="waiting")),
            partial=len(self.files(state="partial")),
            passages=sum(entry.passages for entry in self.entries),
            disk_bytes=0,
            paused=self.paused,
            job=None,
        )

    def remove(self, collection: str, paths: Sequence[str] = ()) -> int:
        self._named(collection)
        for each in self.sets:
            if each.name == collection and not {*paths} <= {*each.roots}:
                raise NotFoundError(f"{paths[0]} was not added to this collection.")
        roots = [root for each in self.sets if each.name == collection for root in each.roots]
        self.taken_out.append((collection, tuple(paths or roots)))
        self.removed.append((collection, tuple(paths)))
        if not paths:
            self.sets = [each for each in self.sets if each.name != collection]
        return len(self.entries)

    def removals(self) -> list[RemovedRoots]:
        now = datetime.now(UTC)
        return [
            RemovedRoots(
                collection=name, encoded=tuple(os.fsencode(path).hex() for path in paths), at=now
            )
            for name, paths in reversed(self.taken_out)
        ]

    def verify(self) -> Verification:
        status = self.status()
        return Verification(ok=True, files=status.files, passages=status.passages)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def cancel(self) -> None:
        self.cancelled += 1

    def _expect(self, paths: Sequence[str]) -> None:
        for path in paths:
            if path in self.missing:
                raise NotFoundError(f"{path!r} cannot be added: No such file or directory.")

    def _named(self, *collections: str | None) -> None:
        """A library that is told of no collection knows all of them."""
        for name in collections:
            unknown = self.sets and name not in [each.name for each in self.sets]
            if name is not None and (unknown or (name, ()) in self.removed):
                raise NotFoundError(f"There is no collection called {name!r}.")

    def _job(self, stop: Event) -> Iterator[IndexEvent]:
        for event in self.events:
            if stop.is_set():
                yield Done(indexed=0, skipped=0, removed=0, seconds=0.1, stopped=True)
                return
            yield event


def _support(sentence: str, text: str) -> Support:
    said, there = _plain(sentence), _plain(text)
    words = set(said.split())
    shared = len(words & set(there.split())) / max(len(words), 1)
    strength: Strength | None = None
    if "not" in words ^ set(there.split()) and shared >= _MOST:
        strength = "contradicted"
    elif said in there:
        strength = "verbatim"
    elif shared >= _MOST:
        strength = "supported"
    return Support(strength=strength, score=shared, start=0, end=len(text))


def _plain(text: str) -> str:
    return text.lower().replace(".", "").strip()


def found(*passages: Passage, needs: str = "", dies: bool = False) -> ScriptedLibrary:
    """A library in which these passages are found, among seven."""
    result = SearchResult(
        passages=passages,
        evidence=0.9 if passages else 0.1,
        sufficient=bool(passages),
        searched=7,
    )
    return ScriptedLibrary(result, needs=needs, dies=dies)


def passage(number: int, text: str, score: float = 0.9) -> Passage:
    """A passage of a Markdown file, called after its number."""
    return Passage(
        id=str(number),
        path=f"/files/{number}.md",
        title=f"File {number}",
        text=text,
        place=Place(heading=("Top", "Part"), line_start=3, line_end=5),
        start=0,
        end=len(text),
        content_hash="00" * 32,
        score=score,
        dense_score=0.5,
        keyword_score=2.0,
    )
