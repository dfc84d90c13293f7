"""What every place of vectors does: a folder of ours, and a Chroma server."""

import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.library.embedding.similarity import Vectors
from assistant.library.vectors.chroma import ChromaVectors, VectorsError
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace, ServerPlace, VectorPlace
from assistant.library.vectors.probe import ProbeVector
from tests.support.chroma_server import PROGRAM, ChromaServer
from tests.support.made_library import DIMENSIONS, STAMP, MadeLibrary
from tests.support.vector_writer import PROBE, assert_right, fill, found, text_of

PATIENCE = 60.0

NOTHING: frozenset[tuple[int, int]] = frozenset()


class WatchedPlace:
    """A place that shows which vectors count, so that a test can do harm to them."""

    def __init__(self, place: VectorPlace) -> None:
        self._place = place
        self.is_oversized = place.is_oversized
        self.record_write = place.record_write
        self.create = place.create
        self.delete_others = place.delete_others
        self.close = place.close
        self._vectors: ChromaVectors | None = None

    @property
    def vectors(self) -> ChromaVectors:
        assert self._vectors is not None, "the place has not been opened"
        return self._vectors

    def open(self, probes: Sequence[ProbeVector]) -> ChromaVectors | None:
        self._vectors = self._place.open(probes)
        return self._vectors

    def switch_to(self, fresh: ChromaVectors) -> None:
        self._place.switch_to(fresh)
        self._vectors = fresh


class Keeping:
    """A library with one collection, and the index over its vectors; not open at first."""

    def __init__(self, home: Path, server: ChromaServer | None) -> None:
        self.made = MadeLibrary(home)
        self.collection = self.made.collection
        self._server = server
        self._library = home.name
        self._begin()

    def place(self, *, library: str = "", embedder: str = "") -> VectorPlace:
        """Where a library and an embedder keep their vectors; those of the index by default."""
        library, embedder = library or self._library, embedder or self.made.embedder.identity
        if self._server is not None:
            return ServerPlace(self._server.address, library, embedder)
        vectors = self.made.home / "vectors"
        return EmbeddedPlace(vectors, library, embedder, DIMENSIONS, PROBE)

    def open(self, files: int) -> VectorIndex:
        """The index, open, with so many files."""
        self.index.open()
        fill(self.made, self.index, range(files))
        return self.index

    def reopen(self) -> bool:
        """Close the index and open what it kept; whether that had to be made anew."""
        self.index.close()
        self._begin()
        return self.index.open()

    def assert_right(self) -> None:
        assert_right(self.made, self.index)

    def close(self) -> None:
        self.index.close()
        self.made.close()

    def _begin(self) -> None:
        self.watched = WatchedPlace(self.place())
        self.index = VectorIndex(self.watched, self.made.embeddings)


@pytest.fixture(scope="module", params=["embedded", "server"])
def server(request: pytest.FixtureRequest) -> Iterator[ChromaServer | None]:
    if request.param == "embedded":
        yield None
        return
    if not PROGRAM.exists():
        pytest.skip("the program `chroma` is not installed")
    folder = Path(tempfile.mkdtemp(prefix="as-chroma-", dir="/tmp"))
    running = ChromaServer(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def keeping(home: Path, server: ChromaServer | None) -> Iterator[Keeping]:
    made = Keeping(home, server)
    yield made
    made.close()


def rows(count: int) -> Vectors:
    """Vectors that no passage has, shape (count, DIMENSIONS)."""
    return np.eye(count, DIMENSIONS, dtype=np.float32)


def kept_at(place: VectorPlace, collection: int) -> set[int]:
    """The passages whose vectors a place kept."""
    vectors = place.open([])
    kept = set[int]() if vectors is None else vectors.ids(collection)
    place.close()
    return kept


def ids(hits: Sequence[tuple[int, float]]) -> list[int]:
    return [id_ for id_, _ in hits]


def test_what_was_kept_is_there_again(keeping: Keeping) -> None:
    keeping.open(files=20)

    assert not keeping.reopen(), "it need not be made anew"
    keeping.assert_right()


def test_another_library_or_embedder_does_not_see_the_vectors(keeping: Keeping) -> None:
    keeping.open(files=3).close()

    assert kept_at(keeping.place(library="another"), keeping.collection) == set()
    assert kept_at(keeping.place(embedder="another"), keeping.collection) == set()


def test_the_vectors_of_other_embedders_can_be_deleted(keeping: Keeping) -> None:
    old = keeping.place(embedder="old")
    kept = old.open([]) or old.create([keeping.collection])
    kept.add(keeping.collection, [1, 2], rows(2))
    old.switch_to(kept)
    old.close()
    index = keeping.open(files=3)

    index.forget_other_embedders()

    keeping.assert_right()
    index.close()
    assert kept_at(keeping.place(embedder="old"), keeping.collection) == set()


def test_differences_are_told_and_mended(keeping: Keeping) -> None:
    index, collection = keeping.open(files=3), keeping.collection
    assert index.differences() == (NOTHING, NOTHING)
    keeping.watched.vectors.remove(collection, [1])
    keeping.watched.vectors.add(collection, [777], rows(1))
    keeping.watched.vectors.add(99, [888], rows(1))

    missing, surplus = index.differences()
    assert missing == {(collection, 1)}
    assert surplus == {(collection, 777), (99, 888)}

    index.repair()
    keeping.assert_right()


def test_what_was_half_made_anew_does_not_count(keeping: Keeping) -> None:
    keeping.open(files=5)
    half = keeping.watched.create([keeping.collection])
    half.add(keeping.collection, [1], rows(1))
    half.close()

    assert not keeping.reopen()
    keeping.assert_right()
    keeping.index.rebuild()
    keeping.assert_right()


def test_vectors_that_do_not_find_themselves_are_made_anew(keeping: Keeping) -> None:
    keeping.open(files=5)
    passages = sorted(keeping.made.embeddings.collections()[keeping.collection])
    wrong = np.tile(rows(1), (len(passages), 1))
    keeping.watched.vectors.add(keeping.collection, passages, wrong)

    keeping.reopen()
    keeping.assert_right()


def test_changes_are_followed(keeping: Keeping) -> None:
    index, made = keeping.open(files=8), keeping.made

    index.apply(made.put("3", "Entirely other words stand here."))
    for change in made.catalog.remove_from_root(made.root, [b"/docs/5"]):
        index.apply(change)

    keeping.assert_right()


def test_changes_that_were_missed_are_made_up_for(keeping: Keeping) -> None:
    keeping.open(files=8).close()
    keeping.made.put("9", text_of(9))
    keeping.made.put("3", "Entirely other words stand here.")
    keeping.made.catalog.remove_from_root(keeping.made.root, [b"/docs/5"])

    assert not keeping.reopen()
    keeping.assert_right()


def test_collections_are_searched_apart_and_together(keeping: Keeping) -> None:
    made = keeping.made
    other = made.collections.add("other").id
    root = made.collections.add_root(other, b"/docs").id
    index = keeping.open(files=3)
    index.apply(made.put("7", text_of(7), root=root))
    for change in made.catalog.add_found(root, [(b"/docs/0", STAMP)]):
        index.apply(change)
    question = made.embedder.embed_question(text_of(7)[:200])

    inside = set(ids(index.search(question, 50, [other])))
    outside = set(ids(index.search(question, 50, [made.collection])))
    everywhere = ids(index.search(question, 50))

    assert inside == made.embeddings.collections()[other]
    assert outside == made.embeddings.collections()[made.collection]
    assert len(everywhere) == len(set(everywhere)) == len(inside | outside)
    assert index.search(question, 50, []) == []
    index.drop(other)
    assert index.search(question, 50, [other]) == []


def test_before_it_is_open_and_after_a_failure_library_db_answers_the_same(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, index = keeping.made, keeping.index
    fill(made, index, range(20))
    slow = found(made, index, 7)
    assert not index.is_ready
    index.open()
    quick = found(made, index, 7)
    assert ids(slow) == ids(quick)
    np.testing.assert_allclose([c for _, c in slow], [c for _, c in quick], atol=1e-3)

    def fail(*_: object) -> None:
        raise VectorsError("broken")

    monkeypatch.setattr(ChromaVectors, "search", fail)
    assert ids(found(made, index, 7)) == ids(quick)
    assert not index.is_ready
    monkeypatch.undo()
    index.open()
    keeping.assert_right()


def test_a_vector_that_is_not_finite_finds_nothing_at_random(keeping: Keeping) -> None:
    keeping.open(files=3)

    with pytest.raises(VectorsError, match="finite"):
        keeping.watched.vectors.search(np.full(DIMENSIONS, np.nan, np.float32), 3, [1])


def test_it_answers_and_takes_changes_while_it_is_made_anew(keeping: Keeping) -> None:
    index, made = keeping.open(files=30), keeping.made
    held, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        held.set()
        assert go_on.wait(PATIENCE)

    rebuilding = threading.Thread(target=index.rebuild, args=(pause,))
    rebuilding.start()
    assert held.wait(PATIENCE)
    assert found(made, index, 7)
    index.apply(made.put("99", text_of(99)))
    index.apply(made.put("3", "Entirely other words stand here."))
    go_on.set()
    rebuilding.join(PATIENCE)

    keeping.assert_right()


def test_making_it_anew_can_be_given_up(keeping: Keeping) -> None:
    index = keeping.open(files=5)

    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        index.rebuild(give_up)
    keeping.assert_right()


def test_a_damaged_embedding_is_left_out_until_it_is_made_again(keeping: Keeping) -> None:
    made, index = keeping.made, keeping.index
    fill(made, index, range(3))
    with made.database.write() as connection:
        connection.execute("UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE id = 2")
    assert 2 not in ids(found(made, index, 0))
    index.open()
    assert 2 not in keeping.watched.vectors.ids(made.collection)

    assert made.embeddings.delete_damaged() == 1
    index.open()
    keeping.assert_right()


def test_a_server_that_goes_away_is_done_without_and_found_again(home: Path) -> None:
    if not PROGRAM.exists():
        pytest.skip("the program `chroma` is not installed")
    running = ChromaServer(home / "chroma")
    keeping = Keeping(home, running)
    made, index = keeping.made, keeping.open(files=10)
    before = found(made, index, 7)

    running.stop()
    meanwhile = found(made, index, 7)
    assert ids(meanwhile) == ids(before)
    assert not index.is_ready
    index.apply(made.put("11", text_of(11)))
    with pytest.raises(VectorsError):
        index.open()
    assert found(made, index, 11)

    running.start()
    index.open()
    keeping.assert_right()
    keeping.close()
    running.stop()
