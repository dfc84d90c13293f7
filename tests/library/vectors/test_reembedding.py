"""Another embedder takes over while the old one answers, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from assistant.core.errors import ModelError, ModelNotFoundError
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.store import embeddings as embedding_store
from assistant.library.store import passages
from assistant.library.vectors.places import EmbeddedPlace
from assistant.library.vectors.reembedding import EmbedderSwitch
from tests.support.made_library import DIMENSIONS, MadeLibrary, WordEmbedder
from tests.support.vector_writer import LIBRARY, PROBE, text_of

FILES = 110
PATIENCE = 60.0


class Models:
    """Embedders by the names of their folders, which need not be there."""

    def __init__(self) -> None:
        self.known = {
            "old": WordEmbedder("old"),
            "new": WordEmbedder("new", DIMENSIONS // 2),
            "third": WordEmbedder("third"),
        }

    def identify(self, folder: Path) -> str:
        if folder.name not in self.known:
            raise ModelNotFoundError(f"There is no embedder in {folder}.")
        return folder.name

    def load(self, folder: Path) -> WordEmbedder:
        return self.known[self.identify(folder)]


class Scene:
    """A library that was indexed with the embedder `old`."""

    def __init__(self, home: Path) -> None:
        self.models = Models()
        self.made = MadeLibrary(home, self.models.known["old"])
        for number in range(FILES):
            self.made.put(f"{number}", text_of(number))

    @contextmanager
    def opened(self, wanted: str) -> Iterator[EmbedderSwitch]:
        """The library, opened by a program whose settings name this embedder."""
        made = self.made

        def place(embedder: Embedder) -> EmbeddedPlace:
            vectors = made.home / "vectors"
            return EmbeddedPlace(vectors, LIBRARY, embedder.identity, embedder.dimensions, PROBE)

        opened = EmbedderSwitch(
            made.database,
            made.home / wanted,
            None,
            place,
            identify=self.models.identify,
            load=self.models.load,
        )
        yield opened
        opened.close()

    def used(self, identity: str) -> int:
        return self.embeddings().get(identity, 0)

    def embeddings(self) -> dict[str, int]:
        """How many there are of each embedder."""
        with self.made.database.read() as connection:
            return dict(
                connection.execute(
                    "SELECT identity, count(*) FROM embeddings"
                    " JOIN embedders ON embedders.id = embedder_id GROUP BY identity"
                ).fetchall()
            )

    def finds(self, opened: EmbedderSwitch, number: int) -> bool:
        """Whether a question finds a file by its meaning, which its vectors tell."""
        with opened.for_questions() as meaning:
            question = text_of(number)[:200]
            found = HybridRetriever(self.made.database, self.made.analyzer, meaning).find(
                question, None
            )
            return found.hits[0][0] in {
                candidate.passage.id
                for candidate in found.ranked
                if candidate.passage.path == f"/docs/{number}"
            }


@pytest.fixture
def scene(home: Path) -> Iterator[Scene]:
    made = Scene(home)
    with made.opened("old") as opened:
        with opened.for_questions() as meaning:
            assert meaning is not None
            meaning.wait_opened()
        settle(opened)
    yield made
    made.made.close()


def settle(opened: EmbedderSwitch, until: Callable[[], bool] = lambda: False) -> None:
    """Let it catch up until there is nothing left to do, or something is so."""
    deadline = monotonic() + PATIENCE
    while opened.is_behind and not until():
        opened.catch_up()
        assert monotonic() < deadline, "it never comes to an end"


def serving(opened: EmbedderSwitch) -> str | None:
    with opened.for_questions() as meaning:
        return meaning.embedder.identity if meaning else None


def folders(scene: Scene) -> int:
    return len(list((scene.made.home / "vectors").iterdir()))


def test_one_embedder_serves_and_none_follows(scene: Scene) -> None:
    with scene.opened("old") as opened:
        assert opened.state() == ("old", None, "")
        assert scene.finds(opened, 7)
        settle(opened)
        assert not opened.is_behind
        assert scene.embeddings().keys() == {"old"}


def test_the_old_one_answers_until_the_new_one_has_embedded_everything(scene: Scene) -> None:
    with scene.opened("new") as opened:
        name, done, problem = opened.state()
        assert (name, done, problem) == ("old", 0.0, "")

        opened.catch_up()
        assert 0 < scene.used("new") < scene.used("old")
        assert serving(opened) == "old"
        assert scene.finds(opened, 7)

        settle(opened)
        assert serving(opened) == "new"
        assert opened.state() == ("new", None, "")
        assert all(scene.finds(opened, number) for number in range(0, FILES, 5))


def test_nothing_is_left_of_the_one_that_went(scene: Scene) -> None:
    passages_there = scene.used("old")
    assert folders(scene) == 1
    with scene.opened("new") as opened:
        settle(opened)
        assert scene.embeddings() == {"new": passages_there}
        assert folders(scene) == 1
        with opened.for_questions() as meaning:
            assert meaning is not None
            assert meaning.index.is_ready
            assert meaning.index.differences() == (frozenset(), frozenset())


def test_no_text_is_embedded_twice_and_none_by_the_old_one_again(scene: Scene) -> None:
    old, new = scene.models.known["old"], scene.models.known["new"]
    before = list(old.embedded)
    with scene.opened("new") as opened:
        settle(opened)
    assert old.embedded == before
    assert sorted(new.embedded) == sorted(before)


def test_it_goes_on_where_it_was_after_a_restart(scene: Scene) -> None:
    new = scene.models.known["new"]
    for _ in range(3):
        with scene.opened("new") as opened:
            opened.catch_up()
            assert serving(opened) == "old"
    with scene.opened("new") as opened:
        assert (opened.state().next_done or 0) > 0
        settle(opened)
        assert serving(opened) == "new"
    assert len(new.embedded) == len(set(new.embedded)) == scene.used("new")


def test_a_program_that_died_while_it_tidied_up_does_so_later(scene: Scene) -> None:
    with scene.opened("new") as opened:
        settle(opened, until=lambda: scene.used("new") == scene.used("old"))
        embedding_store.set_serving(scene.made.database, "new")
    assert scene.used("old")
    with scene.opened("new") as opened:
        assert serving(opened) == "new"
        settle(opened)
    assert scene.embeddings().keys() == {"new"}
    assert folders(scene) == 1


def test_files_that_change_meanwhile_are_found_before_and_after(scene: Scene) -> None:
    with scene.opened("new") as opened:
        opened.catch_up()
        meaning = opened.for_indexing()
        assert meaning.embedder.identity == "old"
        opened.follow(scene.made.put("99", text_of(99)))
        opened.follow(scene.made.put("3", text_of(103)))
        assert scene.finds(opened, 99)
        opened.check_again()
        settle(opened)
        assert serving(opened) == "new"
        assert scene.finds(opened, 99)
        with opened.for_questions() as now:
            assert now is not None
            assert now.index.differences() == (frozenset(), frozenset())


def test_a_question_keeps_what_it_asks_until_it_is_answered(scene: Scene) -> None:
    with scene.opened("new") as opened:
        with opened.for_questions() as meaning:
            assert meaning is not None
            settle(opened, until=lambda: serving(opened) == "new")
            opened.catch_up()
            vector = meaning.embedder.embed_question(text_of(7)[:200])
            assert len(meaning.index.search(vector, 5)) == 5
            assert scene.used("old")
            assert opened.is_behind
        settle(opened)
        assert scene.embeddings().keys() == {"new"}


def test_words_alone_answer_when_the_old_model_is_gone(scene: Scene) -> None:
    del scene.models.known["old"]
    with scene.opened("new") as opened:
        assert serving(opened) is None
        with opened.for_questions() as meaning:
            asked = HybridRetriever(scene.made.database, scene.made.analyzer, meaning)
            result = asked.search("What is told of Word7x3?", None, 3)
        assert [p.path for p in result.passages][:1] == ["/docs/7"]
        assert "not found any more" in opened.state().problem
        assert opened.for_indexing().embedder.identity == "new"
        settle(opened)
        assert serving(opened) == "new"
        assert opened.state().problem == ""


def test_the_old_one_goes_on_when_the_new_one_cannot_be_used(scene: Scene) -> None:
    with scene.opened("nowhere") as opened:
        settle(opened)
        assert serving(opened) == "old"
        assert "nowhere" in opened.state().problem
        assert opened.for_indexing().embedder.identity == "old"
        assert scene.finds(opened, 7)


def test_who_changes_his_mind_gets_the_old_one_back_at_once(scene: Scene) -> None:
    with scene.opened("new") as opened:
        opened.catch_up()
    with scene.opened("old") as opened:
        assert opened.state() == ("old", None, "")
        settle(opened)
        assert scene.embeddings().keys() == {"old"}
        assert scene.finds(opened, 7)


def test_what_was_half_done_for_a_third_one_is_deleted_in_the_end(scene: Scene) -> None:
    with scene.opened("third") as opened:
        opened.catch_up()
    with scene.opened("new") as opened:
        settle(opened)
    assert scene.embeddings().keys() == {"new"}


def test_an_embedding_that_is_damaged_is_made_again(scene: Scene) -> None:
    with scene.made.database.write() as connection:
        connection.execute("UPDATE embeddings SET vector = zeroblob(9) WHERE id < 5")
    before = scene.used("old")
    with scene.opened("old") as opened:
        settle(opened)
        with opened.for_questions() as meaning:
            assert meaning is not None
            meaning.wait_opened()
            list(meaning.embeddings.vectors(range(1, 10)))
        opened.check_again()
        settle(opened)
        assert scene.used("old") == before
        with opened.for_questions() as meaning:
            assert meaning is not None
            assert not meaning.embeddings.has_damage
            assert meaning.index.differences() == (frozenset(), frozenset())


def test_without_any_embedder_indexing_says_so_and_words_are_searched(home: Path) -> None:
    made = MadeLibrary(home)
    opened = EmbedderSwitch(made.database, None, None, lambda _: pytest.fail("no place is needed"))
    with pytest.raises(ModelError, match="no embedder on this machine"):
        opened.for_indexing()
    with opened.for_questions() as meaning:
        assert meaning is None
    settle(opened)
    assert not opened.is_behind
    assert "no embedder" in opened.state().problem
    made.close()


def test_an_empty_library_takes_another_embedder_at_once(home: Path) -> None:
    scene = Scene(home)
    for change in scene.made.catalog.remove_from_root(
        scene.made.root, [f"/docs/{number}".encode() for number in range(FILES)]
    ):
        assert change.removed
    with scene.opened("new") as opened:
        settle(opened)
        assert serving(opened) == "new"
    with scene.made.database.read() as connection:
        assert passages.ids_of(connection, 1) == []
    scene.made.close()
