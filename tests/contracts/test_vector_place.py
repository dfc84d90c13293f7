"""What every place of vectors does: a folder of ours, and a Chroma server."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.library.vectors.chroma import ChromaVectors, VectorsError
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace, ServerPlace, VectorPlace
from tests.support.chroma_server import PROGRAM, ChromaServer
from tests.support.made_library import DIMENSIONS, STAMP, MadeLibrary
from tests.support.vector_writer import PROBE, assert_right, fill, found, text_of

PATIENCE = 60.0


class Keeping:
    """An empty library with one collection, and where its vectors are kept."""

    def __init__(self, home: Path, server: ChromaServer | None) -> None:
        self.made = MadeLibrary(home)
        self.server = server
        self._library = home.name

    def place(self, *, library: str = "", embedder: str = "") -> VectorPlace:
        library, embedder = library or self._library, embedder or self.made.embedder.identity
        if self.server is not None:
            return ServerPlace(self.server.address, library, embedder)
        vectors = self.made.home / "vectors"
        return EmbeddedPlace(vectors, library, embedder, DIMENSIONS, PROBE)

    def open(self) -> VectorIndex:
        """Not opened yet, as it is before anybody waits for it."""
        return VectorIndex(self.place(), self.made.embeddings)


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
    made.made.close()


def test_what_was_kept_is_there_again(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(20))
    index.close()
    again = keeping.open()
    assert not again.open(), "it need not be made anew"
    assert_right(made, again)
    again.close()


def test_another_library_or_embedder_does_not_see_the_vectors(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(3))
    index.close()
    for place in (keeping.place(library="another"), keeping.place(embedder="another")):
        vectors = place.open([])
        assert vectors is None or vectors.ids(made.collection) == set()
        place.close()


def test_the_vectors_of_other_embedders_can_be_deleted(keeping: Keeping) -> None:
    made = keeping.made
    old = keeping.place(embedder="old")
    kept = old.open([]) or old.fresh([made.collection])
    kept.add(made.collection, [1, 2], np.eye(2, DIMENSIONS, dtype=np.float32))
    old.take(kept)
    old.close()
    index = keeping.open()
    index.open()
    fill(made, index, range(3))

    index.forget_other_embedders()

    assert_right(made, index)
    index.close()
    again = keeping.place(embedder="old")
    vectors = again.open([])
    assert vectors is None or vectors.ids(made.collection) == set()
    again.close()


def test_differences_are_told_and_mended(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(3))
    assert index.differences() == (frozenset(), frozenset())
    vectors = index._vectors
    assert vectors is not None
    vectors.remove(made.collection, [1])
    vectors.add(made.collection, [777], np.eye(1, DIMENSIONS, dtype=np.float32))
    vectors.add(99, [888], np.eye(1, DIMENSIONS, dtype=np.float32))

    missing, surplus = index.differences()
    assert missing == {(made.collection, 1)}
    assert surplus == {(made.collection, 777), (99, 888)}

    index.mend()
    assert index.differences() == (frozenset(), frozenset())
    assert_right(made, index)
    index.close()


def test_what_was_half_made_anew_does_not_count(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(5))
    place = index._place
    half = place.fresh([made.collection])
    half.add(made.collection, [1], np.eye(1, DIMENSIONS, dtype=np.float32))
    half.close()
    index.close()

    again = keeping.open()
    assert not again.open()
    assert_right(made, again)
    again.rebuild()
    assert_right(made, again)
    again.close()


def test_vectors_that_do_not_find_themselves_are_made_anew(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(5))
    vectors, passages = index._vectors, sorted(made.embeddings.collections()[made.collection])
    assert vectors is not None
    wrong = np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (len(passages), 1))
    vectors.add(made.collection, passages, wrong)
    index.close()

    again = keeping.open()
    again.open()
    assert_right(made, again)
    again.close()


def test_changes_are_followed(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(8))
    index.apply(made.put("3", "Entirely other words stand here."))
    for change in made.catalog.gone(made.root, [b"/docs/5"]):
        index.apply(change)
    assert_right(made, index)
    index.close()


def test_changes_that_were_missed_are_made_up_for(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(8))
    index.close()
    made.put("9", text_of(9))
    made.put("3", "Entirely other words stand here.")
    made.catalog.gone(made.root, [b"/docs/5"])
    again = keeping.open()
    assert not again.open()
    assert_right(made, again)
    again.close()


def test_collections_are_searched_apart_and_together(keeping: Keeping) -> None:
    made = keeping.made
    other = made.collections.add("other").id
    root = made.collections.add_root(other, b"/docs").id
    index = keeping.open()
    index.open()
    fill(made, index, range(3))
    index.apply(made.put("7", text_of(7), root=root))
    for change in made.catalog.found(root, [(b"/docs/0", STAMP)]):
        index.apply(change)
    question = made.embedder.embed_question(text_of(7)[:200])
    inside = {id_ for id_, _ in index.search(question, 50, [other])}
    outside = {id_ for id_, _ in index.search(question, 50, [made.collection])}
    assert inside == made.embeddings.collections()[other]
    assert outside == made.embeddings.collections()[made.collection]
    everywhere = [id_ for id_, _ in index.search(question, 50)]
    assert len(everywhere) == len(set(everywhere)) == len(inside | outside)
    assert index.search(question, 50, []) == []
    index.drop(other)
    assert index.search(question, 50, [other]) == []
    index.close()


def test_before_it_is_open_and_after_a_failure_library_db_answers_the_same(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keeping.made
    index = keeping.open()
    fill(made, index, range(20))
    slow = found(made, index, 7)
    assert not index.is_ready
    index.open()
    quick = found(made, index, 7)
    assert [id_ for id_, _ in slow] == [id_ for id_, _ in quick]
    np.testing.assert_allclose([c for _, c in slow], [c for _, c in quick], atol=1e-3)

    def fail(*_: object) -> None:
        raise VectorsError("broken")

    monkeypatch.setattr(ChromaVectors, "search", fail)
    assert [id_ for id_, _ in found(made, index, 7)] == [id_ for id_, _ in quick]
    assert not index.is_ready
    monkeypatch.undo()
    index.open()
    assert_right(made, index)
    index.close()


def test_a_vector_that_is_not_finite_finds_nothing_at_random(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(3))
    with pytest.raises(VectorsError, match="finite"):
        index._vectors.search(np.full(DIMENSIONS, np.nan, np.float32), 3, [1])  # type: ignore[union-attr]
    index.close()


def test_it_answers_and_takes_changes_while_it_is_made_anew(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(30))
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
    assert_right(made, index)
    index.close()


def test_making_it_anew_can_be_given_up(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    index.open()
    fill(made, index, range(5))

    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        index.rebuild(give_up)
    assert_right(made, index)
    index.close()


def test_a_damaged_embedding_is_left_out_until_it_is_made_again(keeping: Keeping) -> None:
    made = keeping.made
    index = keeping.open()
    fill(made, index, range(3))
    with made.database.write() as connection:
        connection.execute("UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE id = 2")
    assert 2 not in [id_ for id_, _ in found(made, index, 0)]
    index.open()
    assert 2 not in index._vectors.ids(made.collection)  # type: ignore[union-attr]
    assert made.embeddings.forget_damaged() == 1
    index.open()
    assert_right(made, index)
    index.close()


def test_a_server_that_goes_away_is_done_without_and_found_again(home: Path) -> None:
    if not PROGRAM.exists():
        pytest.skip("the program `chroma` is not installed")
    running = ChromaServer(home / "chroma")
    keeping = Keeping(home, running)
    made, index = keeping.made, keeping.open()
    index.open()
    fill(made, index, range(10))
    before = found(made, index, 7)

    running.stop()
    meanwhile = found(made, index, 7)
    assert [id_ for id_, _ in meanwhile] == [id_ for id_, _ in before]
    assert not index.is_ready
    index.apply(made.put("11", text_of(11)))
    with pytest.raises(VectorsError):
        index.open()
    assert found(made, index, 11)

    running.start()
    index.open()
    assert_right(made, index)
    index.close()
    made.close()
    running.stop()
