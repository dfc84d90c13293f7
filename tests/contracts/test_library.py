"""What every Library does, the fake included."""

import hashlib
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from assistant.bootstrap import library
from assistant.core.errors import NotFoundError, UnreadableFileError
from assistant.core.ports.library import Library
from assistant.core.values.conversation import Place
from assistant.core.values.documents import Passage
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    Collection,
    Done,
    FileEntry,
    Indexed,
    IndexEvent,
    LeftOut,
    NearestSentence,
    Planned,
    SearchResult,
    Skipped,
    Survey,
)
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from tests.support.chroma_server import PROGRAM, ChromaServer
from tests.support.corpus import BREAD, PORTUGUESE, write_corpus
from tests.support.fake_library import ScriptedLibrary
from tests.support.processes import end_workers, workers

QUESTION = "What does rye bread cost?"
PRICE = "A loaf of rye bread costs four euros and fifty cents."
READABLE = ("bakery.md", "harbour.pdf", "sub/farol.txt")
FAILED = {"broken.docx": "corrupt", "empty.txt": "empty"}

REAL = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="there is no embedder"),
]


@dataclass(frozen=True)
class Scene:
    """A library, and a folder of `write_corpus` that is (to be) its collection `trip`."""

    library: Library
    folder: Path
    home: Path | None
    """Where its workers live."""

    def add(self) -> list[IndexEvent]:
        return list(self.library.add([str(self.folder)], "trip", Event()))

    def names(self, entries: list[FileEntry]) -> list[str]:
        return [entry.path.removeprefix(f"{self.folder}/") for entry in entries]


def scripted(folder: Path, *, filled: bool) -> ScriptedLibrary:
    """A fake whose script is about the corpus in `folder`."""
    passages = tuple(
        Passage(
            id=str(number),
            path=str(folder / name),
            title=name,
            text=text,
            place=Place(),
            start=0,
            end=len(text),
            content_hash=hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            score=1 - number / 10,
            dense_score=0.8 - number / 10,
            keyword_score=3 - number,
        )
        for number, (name, text) in enumerate([("bakery.md", BREAD), ("sub/farol.txt", PORTUGUESE)])
    )
    size = sum((folder / name).stat().st_size for name in (*READABLE, *FAILED))
    entries = [
        *(FileEntry(path=str(folder / n), size=9, state="indexed", passages=1) for n in READABLE),
        *(
            FileEntry.model_validate(
                {"path": str(folder / n), "size": 9, "state": "skipped", "passages": 0, "reason": r}
            )
            for n, r in FAILED.items()
        ),
    ]
    events: list[IndexEvent] = [
        Planned(files=4, bytes=size),
        *(Indexed(path=str(folder / name), passages=1) for name in READABLE),
        *(
            Skipped.model_validate({"path": str(folder / name), "reason": reason, "detail": "it"})
            for name, reason in FAILED.items()
        ),
        Done(indexed=3, skipped=2, removed=0, seconds=0.5),
    ]
    made = Collection(name="trip", roots=(str(folder),), files=5, passages=3)
    return ScriptedLibrary(
        SearchResult(passages=passages, evidence=0.9, sufficient=True, searched=3)
        if filled
        else None,
        events,
        [made] if filled else [],
        sorted(entries, key=lambda entry: entry.path) if filled else [],
        texts={str(folder / "bakery.md"): BREAD},
        planned=Survey(
            files=4, bytes=size, left_out=(LeftOut(reason="empty", count=1, example="empty.txt"),)
        ),
        missing=[str(folder / "nowhere")],
        unreadable={str(folder / "broken.docx"): "damaged"},
    )


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        pytest.param("worker", marks=REAL),
        pytest.param("worker and server", marks=REAL),
    ],
)
def home(request: pytest.FixtureRequest) -> Iterator[Path | None]:
    """A home whose worker is started once, since that takes seconds; None for the fake. The
    vectors are kept in the home, or by a server."""
    if request.param == "scripted":
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch, ExitStack() as leaving:
        patch.setenv("ASSISTANT_HOME", str(folder))
        if request.param == "worker and server":
            if not PROGRAM.exists():
                pytest.skip("the program `chroma` is not installed")
            server = ChromaServer(folder / "chroma")
            leaving.callback(server.stop)
            patch.setenv("ASSISTANT_LIBRARY__SERVER", server.address)
        make_folders(find_paths())
        yield folder
        end_workers(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write_corpus(folder)
    return folder


@pytest.fixture
def empty(home: Path | None, corpus: Path) -> Iterator[Scene]:
    """A library to which nothing was added yet."""
    if home is None:
        yield Scene(scripted(corpus, filled=False), corpus, None)
        return
    opened = library(find_paths())
    yield Scene(opened, corpus, home)
    for collection in opened.collections():
        opened.remove(collection.name)


@pytest.fixture
def scene(empty: Scene) -> Scene:
    """A library that holds the corpus."""
    if empty.home is None:
        return Scene(scripted(empty.folder, filled=True), empty.folder, None)
    empty.add()
    return empty


def test_whether_nothing_was_added_is_known_without_a_worker(empty: Scene) -> None:
    for worker in workers(empty.home) if empty.home else ():
        worker.kill()
        worker.wait(30)

    assert empty.library.is_empty()

    assert empty.home is None or workers(empty.home) == []


def test_an_empty_library_finds_nothing_and_lists_nothing(empty: Scene) -> None:
    found = empty.library.search(QUESTION, None, 5)
    assert (found.passages, found.sufficient, found.searched) == ((), False, 0)
    assert empty.library.collections() == []
    assert empty.library.files() == []
    status = empty.library.status()
    assert (status.files, status.passages, status.collections) == (0, 0, 0)
    assert empty.library.verify().ok


def test_a_survey_tells_at_last_what_adding_would_do_and_changes_nothing(empty: Scene) -> None:
    *_, told = empty.library.survey([str(empty.folder)], "trip", Event())

    assert isinstance(told, Survey)
    assert told.files == 4
    assert told.bytes > 0
    assert [(each.reason, each.count) for each in told.left_out] == [("empty", 1)]
    assert empty.library.collections() == []


def test_a_survey_that_is_not_wanted_any_more_tells_nothing(empty: Scene) -> None:
    stop = Event()
    stop.set()
    steps = empty.library.survey([str(empty.folder)], "trip", stop)
    assert not any(isinstance(step, Survey) for step in steps)


def test_a_path_that_is_not_there_is_refused_by_its_name(empty: Scene) -> None:
    nowhere = str(empty.folder / "nowhere")
    for refused in (
        lambda: list(empty.library.survey([nowhere], "trip", Event())),
        lambda: list(empty.library.add([nowhere], "trip", Event())),
        lambda: empty.library.read(nowhere, Event()),
    ):
        with pytest.raises(NotFoundError, match="nowhere"):
            refused()


def test_a_file_is_read_whole_as_it_is_now_whether_it_was_added_or_not(empty: Scene) -> None:
    path = empty.folder / "bakery.md"

    read = empty.library.read(str(path), Event())

    assert read is not None
    assert read.path == str(path)
    assert "four euros" in read.document.text
    assert read.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_without_a_text_is_refused_with_the_reason(empty: Scene) -> None:
    with pytest.raises(UnreadableFileError, match="damaged"):
        empty.library.read(str(empty.folder / "broken.docx"), Event())


def test_a_read_that_is_not_wanted_any_more_gives_nothing(empty: Scene) -> None:
    stop = Event()
    stop.set()
    assert empty.library.read(str(empty.folder / "bakery.md"), stop) is None


def test_a_job_tells_its_plan_every_file_once_and_at_last_what_was_done(empty: Scene) -> None:
    events = empty.add()

    kinds = [e.kind for e in events if isinstance(e, Planned | Indexed | Skipped | Done)]
    assert kinds[0] == "planned"
    assert [kinds.count(kind) for kind in ("planned", "indexed", "skipped", "done")] == [1, 3, 2, 1]
    last = events[-1]
    assert isinstance(last, Done)
    assert (last.indexed, last.skipped, last.removed, last.stopped) == (3, 2, 0, False)
    indexed = [e.path for e in events if isinstance(e, Indexed)]
    assert sorted(indexed) == [str(empty.folder / name) for name in READABLE]
    failed = {Path(e.path).name: e.reason for e in events if isinstance(e, Skipped)}
    assert failed == FAILED


def test_looking_at_folders_again_and_making_all_anew_end_like_adding(scene: Scene) -> None:
    for job in (
        scene.library.refresh(Event()),
        scene.library.refresh(Event(), "trip"),
        scene.library.rebuild(Event()),
    ):
        events = [e for e in job if isinstance(e, Planned | Done)]
        assert [event.kind for event in events] == ["planned", "done"]


def test_watching_can_end_before_the_job_does(empty: Scene) -> None:
    job = empty.library.add([str(empty.folder)], "trip", Event())
    with closing(cast("Generator[IndexEvent, None, None]", job)):
        assert next(job)


def test_what_was_added_is_there(scene: Scene) -> None:
    assert not scene.library.is_empty()
    (collection,) = scene.library.collections()
    assert (collection.name, collection.files) == ("trip", 5)
    assert collection.roots == (str(scene.folder),)
    assert collection.passages == scene.library.status().passages


def test_files_come_by_path_and_as_they_are_wanted(scene: Scene) -> None:
    everything = sorted([*READABLE, *FAILED])
    assert scene.names(scene.library.files()) == everything
    assert scene.names(scene.library.files("trip")) == everything
    assert scene.names(scene.library.files("trip", "indexed")) == list(READABLE)
    assert scene.names(scene.library.files(state="skipped")) == sorted(FAILED)
    assert scene.library.files(state="waiting") == []
    assert scene.names(scene.library.files(offset=1, limit=2)) == everything[1:3]
    reasons = {Path(e.path).name: e.reason for e in scene.library.files(state="skipped")}
    assert reasons == FAILED


def test_the_status_counts_what_the_lists_show(scene: Scene) -> None:
    status = scene.library.status()
    assert (status.files, status.indexed, status.skipped, status.waiting) == (5, 3, 2, 0)
    assert status.collections == 1
    assert status.passages == sum(entry.passages for entry in scene.library.files())


def test_a_question_brings_passages_best_first(scene: Scene) -> None:
    found = scene.library.search(QUESTION, None, 2)

    assert found.sufficient
    assert 0.5 <= found.evidence <= 1
    assert found.searched >= len(found.passages) > 0
    assert "four euros" in found.passages[0].text
    scores = [passage.score for passage in found.passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    for passage in found.passages:
        assert len(passage.text) == passage.end - passage.start
        path = Path(passage.path)
        assert passage.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_no_more_passages_come_than_are_wanted(scene: Scene) -> None:
    assert len(scene.library.search(QUESTION, None, 1).passages) == 1


def test_a_question_stays_within_its_collections(scene: Scene) -> None:
    assert scene.library.search(QUESTION, ["trip"], 3).passages
    assert scene.library.search(QUESTION, [], 3).passages == ()


def test_a_search_that_is_not_wanted_any_more_finds_nothing(scene: Scene) -> None:
    stop = Event()
    stop.set()
    assert scene.library.search(QUESTION, None, 3, stop) == SearchResult()


def test_a_collection_that_is_not_there_is_refused_by_its_name(scene: Scene) -> None:
    for refused in (
        lambda: scene.library.search(QUESTION, ["trip", "nothing"], 3),
        lambda: scene.library.files("nothing"),
        lambda: scene.library.remove("nothing"),
        lambda: list(scene.library.refresh(Event(), "nothing")),
    ):
        with pytest.raises(NotFoundError, match="nothing"):
            refused()


def test_a_sentence_is_borne_out_by_the_passage_that_says_it(scene: Scene) -> None:
    sentences = [PRICE, "Penguins live on the southern ice."]
    passages = [
        CheckedPassage(text=text, path="/a.md") for text in (f"{PRICE} Eat it.", PORTUGUESE)
    ]

    support = scene.library.check(sentences, passages, question="What does it cost?").support

    assert [[each.strength for each in row] for row in support] == [
        ["verbatim", None],
        [None, None],
    ]
    for row in support:
        for each, passage in zip(row, passages, strict=True):
            assert 0 <= each.start <= each.end <= len(passage.text)


def test_where_nothing_bears_an_answer_out_the_passages_say_what_they_do(scene: Scene) -> None:
    passages = [CheckedPassage(text=PRICE, path="/a.md")]

    checked = scene.library.check(["It is free."], passages, question="What does rye bread cost?")

    assert checked.nearest == NearestSentence(number=1, text=PRICE)


def test_a_check_of_nothing_or_not_wanted_any_more_is_empty(scene: Scene) -> None:
    stop = Event()
    stop.set()
    passage = CheckedPassage(text=BREAD, path="/a.md")
    assert scene.library.check([PRICE], [passage], stop) == AnswerCheck()
    assert scene.library.check([], [passage]).support == ()
    assert scene.library.check([PRICE], []).support == ((),)


def test_texts_are_ranked_by_what_they_say_about_a_question(scene: Scene) -> None:
    texts = ["The sea is deep.", PRICE, "A cat sleeps."]

    ranked = scene.library.rank(texts, 2, question="What does rye bread cost?")

    assert ranked[0].at == 1
    assert len(ranked) == 2
    assert len({each.at for each in scene.library.rank(texts, 9)}) == 3


def test_nothing_is_ranked_of_no_texts_or_when_it_is_not_wanted_any_more(scene: Scene) -> None:
    stop = Event()
    stop.set()
    assert scene.library.rank([], 3) == ()
    assert scene.library.rank([PRICE], 3, stop) == ()


def test_texts_become_vectors_of_length_1_in_their_order(scene: Scene) -> None:
    texts = [PRICE, PORTUGUESE, PRICE, *(f"Note {n}." for n in range(70))]

    found = scene.library.embed(texts)

    assert found.embedder
    assert found.tokens >= len(texts)
    assert len(found.vectors) == len(texts)
    assert len({len(vector) for vector in found.vectors}) == 1
    for vector in found.vectors:
        assert sum(number * number for number in vector) == pytest.approx(1, abs=1e-3)
    assert found.vectors[0] == found.vectors[2] != found.vectors[1]
    (question,) = scene.library.embed([PRICE], questions=True).vectors
    assert len(question) == len(found.vectors[0])


def test_nothing_becomes_a_vector_when_it_is_not_wanted_any_more(scene: Scene) -> None:
    stop = Event()
    stop.set()

    assert scene.library.embed([PRICE], stop).vectors == ()
    assert scene.library.embed([]).vectors == ()


def test_what_leaves_the_library_stays_on_disk(scene: Scene) -> None:
    assert scene.library.remove("trip") == 5

    assert scene.library.collections() == []
    assert (scene.folder / "bakery.md").exists()
    with pytest.raises(NotFoundError, match="trip"):
        scene.library.remove("trip")


def test_what_was_taken_out_is_known_until_it_is_put_back(scene: Scene) -> None:
    here = ("trip", (str(scene.folder),))

    def known() -> list[tuple[str, tuple[str, ...]]]:
        return [(removed.collection, removed.roots) for removed in scene.library.removals()]

    assert here not in known()
    scene.library.remove("trip")
    assert known()[0] == here
    list(scene.library.add(here[1], "trip", Event()))
    assert here not in known()


def test_only_what_was_added_can_be_taken_out(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="was not added"):
        scene.library.remove("trip", [str(scene.folder / "sub")])
    assert scene.library.remove("trip", [str(scene.folder)]) == 5


def test_a_library_in_order_is_said_to_be(scene: Scene) -> None:
    status = scene.library.status()
    found = scene.library.verify()
    assert (found.ok, found.problems) == (True, ())
    assert (found.files, found.passages) == (status.files, status.passages)


def test_a_pause_is_told_until_it_ends(scene: Scene) -> None:
    assert not scene.library.status().paused
    scene.library.pause()
    assert scene.library.status().paused
    scene.library.resume()
    assert not scene.library.status().paused
