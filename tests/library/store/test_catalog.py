"""library.db: a file is as it was or as it is, never half; nothing is left of what leaves."""

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import (
    AssistantError,
    DatabaseDamagedError,
    DatabaseNewerError,
    NotFoundError,
    StorageError,
)
from assistant.core.values.documents import UnreadParts
from assistant.library.peek import MIRROR_FILE, has_collections
from assistant.library.store import embeddings as embedding_store
from assistant.library.store import passages
from assistant.library.store.catalog import FileCatalog, FileStamp
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.store.listing import list_files
from assistant.library.store.requeueing import requeue_outdated
from assistant.library.store.schema import MIGRATIONS
from assistant.library.text.analysis import Analyzer
from tests.support.made_library import STAMP, MadeLibrary

KEPT = Path(__file__).parent / "kept"
"""Files that earlier versions wrote."""

TEXT = "The pump moves water. It needs oil every month. " * 12


def texts(made: MadeLibrary, name: str) -> list[str]:
    known = made.catalog.file(f"/docs/{name}".encode())
    assert known is not None
    with made.database.read() as connection:
        return [p.text for p in passages.between_positions(connection, known.id, 0, 10_000)]


def damage_embedding(made: MadeLibrary) -> None:
    with made.database.write() as connection:
        blob = connection.execute("SELECT vector FROM embeddings LIMIT 1").fetchone()[0]
        flipped = bytes([blob[0] ^ 1]) + blob[1:]
        connection.execute("UPDATE embeddings SET vector = ? WHERE id = 1", (flipped,))


def made_keys(made: MadeLibrary) -> list[bytes]:
    with made.database.read() as connection:
        return [row[0] for row in connection.execute("SELECT DISTINCT key FROM passages")]


def rows(made: MadeLibrary, table: str) -> int:
    with made.database.read() as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return count


def test_a_file_has_the_passages_that_were_stored(made: MadeLibrary) -> None:
    change = made.put("pump.txt", TEXT)
    known = made.catalog.file(b"/docs/pump.txt")
    assert known is not None
    assert (known.state, known.passages, known.stamp) == ("indexed", len(change.added), STAMP)
    assert known.passages == len(texts(made, "pump.txt")) > 2
    for text in texts(made, "pump.txt"):
        assert text in TEXT
    assert change.collections == (made.collection,)


def test_a_changed_file_replaces_its_passages_and_their_words(made: MadeLibrary) -> None:
    first = made.put("pump.txt", TEXT)
    second = made.put("pump.txt", "The turbine makes light.")
    assert second.removed == first.added
    assert texts(made, "pump.txt") == ["The turbine makes light."]
    assert made.search("turbine") == ["pump.txt"]
    assert made.search("oil") == []
    assert rows(made, "passages") == rows(made, "texts") == rows(made, "keywords") == 1


def test_ids_of_passages_are_never_given_twice(made: MadeLibrary) -> None:
    ids: set[int] = set()
    for text in (TEXT, "Other words.", TEXT):
        added = made.put("pump.txt", text).added
        assert not ids & set(added)
        ids |= set(added)


def test_a_change_that_fails_leaves_everything_as_it_was(made: MadeLibrary) -> None:
    made.put("pump.txt", TEXT)
    before = texts(made, "pump.txt")

    def fail() -> None:
        with made.database.write() as connection:
            connection.execute("DELETE FROM texts")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert texts(made, "pump.txt") == before


def test_an_unreadable_file_leaves_no_passages(made: MadeLibrary) -> None:
    first = made.put("pump.txt", TEXT)
    change = made.catalog.skip(b"/docs/pump.txt", FileStamp(2, 2, 2), "encrypted", "a password")
    assert change.removed == first.added
    known = made.catalog.file(b"/docs/pump.txt")
    assert known is not None
    assert (known.state, known.reason, known.detail) == ("skipped", "encrypted", "a password")
    assert rows(made, "passages") == rows(made, "keywords") == 0


def test_what_the_catalog_does_not_know_cannot_be_changed(made: MadeLibrary) -> None:
    with pytest.raises(KeyError):
        made.catalog.replace(b"/docs/nowhere", STAMP, "", "", [])
    with pytest.raises(KeyError):
        made.catalog.skip(b"/docs/nowhere", STAMP, "corrupt", "")
    with pytest.raises(KeyError):
        made.catalog.move(b"/docs/nowhere", b"/docs/there", STAMP)


def test_new_and_changed_files_wait_and_unchanged_ones_do_not(made: MadeLibrary) -> None:
    made.put("a", "One.")
    made.put("b", "Two.")
    made.catalog.add_found(made.root, [(b"/docs/a", STAMP), (b"/docs/b", FileStamp(9, 9, 9))])
    made.catalog.add_found(made.root, [(b"/docs/c", STAMP)])
    assert [known.path for known in made.catalog.waiting()] == [b"/docs/b", b"/docs/c"]
    assert texts(made, "b") == ["Two."]


def test_a_file_that_was_being_read_at_two_crashes_is_set_aside_until_it_changes(
    made: MadeLibrary,
) -> None:
    made.catalog.add_found(made.root, [(b"/docs/bomb", STAMP)])
    for crashes in (1, 2):
        assert [known.path for known in made.catalog.waiting()] == [b"/docs/bomb"]
        made.catalog.begin_reading(b"/docs/bomb")
        assert len(made.catalog.count_crashes()) == 1
        known = made.catalog.file(b"/docs/bomb")
        assert known is not None
        assert known.crashes == crashes
    assert made.catalog.waiting() == []
    assert known.state == "skipped"
    assert "2 times" in known.detail
    assert made.catalog.count_crashes() == []
    made.catalog.add_found(made.root, [(b"/docs/bomb", FileStamp(7, 7, 7))])
    assert [known.crashes for known in made.catalog.waiting()] == [0]


def test_a_file_that_was_read_well_has_no_crashes(made: MadeLibrary) -> None:
    made.catalog.add_found(made.root, [(b"/docs/a", STAMP)])
    made.catalog.begin_reading(b"/docs/a")
    made.catalog.count_crashes()
    made.catalog.begin_reading(b"/docs/a")
    made.put("a", "One.")
    assert made.catalog.count_crashes() == []
    known = made.catalog.file(b"/docs/a")
    assert known is not None
    assert known.crashes == 0


def test_a_set_aside_file_can_be_tried_again(made: MadeLibrary) -> None:
    made.catalog.add_found(made.root, [(b"/docs/a", STAMP)])
    made.catalog.skip(b"/docs/a", STAMP, "timeout", "")
    assert made.catalog.waiting() == []
    made.catalog.requeue(b"/docs/a")
    assert len(made.catalog.waiting()) == 1


def test_a_moved_file_keeps_its_passages(made: MadeLibrary) -> None:
    added = made.put("old", TEXT).added
    made.catalog.move(b"/docs/old", b"/docs/new", FileStamp(1, 2, 3))
    assert made.catalog.file(b"/docs/old") is None
    assert len(texts(made, "new")) == len(added)
    assert made.search("oil") == ["new"]


def test_a_move_into_another_collection_says_so(made: MadeLibrary) -> None:
    other = made.collections.add("other").id
    other_root = made.collections.add_root(other, b"/else").id
    added = made.put("old", TEXT).added
    made.catalog.add_found(other_root, [(b"/else/new", STAMP)])
    changes = made.catalog.move(b"/docs/old", b"/else/new", STAMP)
    assert [(c.collections, c.added) for c in changes if c.added] == [((other,), added)]
    assert [(c.collections, c.removed) for c in changes if c.removed] == [
        ((made.collection,), added)
    ]
    assert made.search("oil", [made.collection]) == []
    assert len(made.search("oil", [other])) == 1


def test_a_file_in_two_collections_leaves_the_library_with_the_last(made: MadeLibrary) -> None:
    other = made.collections.add("other").id
    other_root = made.collections.add_root(other, b"/docs").id
    added = made.put("a", TEXT).added
    changes = made.catalog.add_found(other_root, [(b"/docs/a", STAMP)])
    assert [(c.collections, c.added) for c in changes] == [((other,), added)]
    assert made.search("oil", [other]) == made.search("oil", [made.collection]) == ["a"]
    [left] = made.catalog.remove_from_root(made.root, [b"/docs/a"])
    assert left == ((made.collection,), (), added)
    assert made.search("oil", [other]) == ["a"]
    assert made.search("oil", [made.collection]) == []
    [left] = made.catalog.remove_from_root(other_root, [b"/docs/a"])
    assert left == ((other,), (), added)
    assert made.catalog.file(b"/docs/a") is None
    assert rows(made, "passages") == rows(made, "keywords") == rows(made, "members") == 0


def test_names_that_are_no_text_are_kept_as_they_are(made: MadeLibrary) -> None:
    path = b"/docs/\xff\xfe\nname\xe2\x80\xae.txt"
    made.catalog.add_found(made.root, [(path, STAMP)])
    known = made.catalog.file(path)
    assert known is not None
    assert known.path == path


def test_surrogates_and_zeros_in_a_text_are_stored_in_their_place(made: MadeLibrary) -> None:
    made.put("odd", "One \ud800 two \x00 three.", title="Title \udfff")
    [text] = texts(made, "odd")
    assert text == "One \ufffd two \x00 three."
    assert made.search("three") == ["odd"]


def test_an_embedding_is_not_made_twice(made: MadeLibrary) -> None:
    made.put("a", TEXT, title="Same")
    before = len(made.embedder.embedded)
    made.put("b", TEXT, title="Same")
    made.put("a", TEXT + "New words at the end of it.", title="Same")
    assert len(made.embedder.embedded) - before <= 2


def test_embeddings_come_back_as_they_were_to_half_precision(made: MadeLibrary) -> None:
    added = made.put("a", TEXT).added
    [(ids, vectors)] = made.embeddings.vectors(added)
    assert sorted(ids) == sorted(added)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)
    assert made.embeddings.collections() == {made.collection: set(added)}
    assert (
        embedding_store.passages_without_embedding(made.database, made.embedder.identity, 0, 10)
        == []
    )


def test_a_damaged_embedding_counts_as_missing_and_is_forgotten(made: MadeLibrary) -> None:
    added = made.put("a", " ".join(f"Pump {n} moves water." for n in range(60))).added
    damage_embedding(made)
    assert not made.embeddings.has_damage
    [(ids, vectors)] = made.embeddings.vectors(added)
    assert sorted(ids) == list(added[1:])
    assert len(vectors) == len(added) - 1
    assert made.embeddings.has_damage

    assert made.embeddings.delete_damaged() == 1

    assert not made.embeddings.has_damage
    without = embedding_store.passages_without_embedding(
        made.database, made.embedder.identity, 0, 10
    )
    assert without == [added[0]]
    assert made.embeddings.delete_damaged() == 0


def test_embeddings_that_no_passage_has_are_forgotten(made: MadeLibrary) -> None:
    made.put("a", TEXT)
    made.put("a", "Other words.")
    made.catalog.add_found(made.root, [(b"/docs/waits", STAMP)])
    assert embedding_store.delete_unused(made.database) == 0
    made.catalog.remove_from_root(made.root, [b"/docs/waits"])
    assert embedding_store.delete_unused(made.database) > 0
    assert rows(made, "embeddings") == 1


def test_embedders_are_known_by_what_they_embedded(made: MadeLibrary) -> None:
    database, first = made.database, made.embedder.identity
    assert embedding_store.serving_embedder(database) is None
    made.put("a", TEXT)
    embedding_store.set_serving(database, first)
    embedding_store.store_model_folder(database, first, Path("/models/\udcff"))
    assert embedding_store.serving_embedder(database) == (first, Path("/models/\udcff"))
    other = Embeddings(database, "another", 3)
    assert embedding_store.has_other_embedders(database, "another")
    passages_there = embedding_store.passages_without_embedding(database, "another", 0, 100)
    assert len(passages_there) == rows(made, "passages") > 2
    assert embedding_store.passages_without_embedding(
        database, "another", passages_there[0], 1
    ) == [passages_there[1]]
    assert embedding_store.embedded_share(database, "another") == 0
    keys = made_keys(made)
    other.store(keys, np.ones((len(keys), 3), dtype=np.float32))
    assert embedding_store.embedded_share(database, "another") == 1
    embedding_store.set_serving(database, "another")
    embedding_store.delete_other_embedders(database, "another")
    assert embedding_store.serving_embedder(database) == ("another", None)
    assert not embedding_store.has_other_embedders(database, "another")
    assert rows(made, "embeddings") == len(keys)
    assert embedding_store.embedded_share(database, first) == 0


def test_a_database_of_the_first_version_keeps_what_serves(home: Path) -> None:
    with closing(sqlite3.connect(home / "library.db", isolation_level=None)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO embedders VALUES (1, 'few', 2), (2, 'many', 2)")
        for key, embedder in enumerate([1, 2, 2]):
            connection.execute(
                "INSERT INTO embeddings (embedder_id, key, vector) VALUES (?, ?, x'00')",
                (embedder, bytes([key])),
            )
    with closing(LibraryDatabase(home / "library.db")) as database:
        assert embedding_store.serving_embedder(database) == ("many", None)


def test_files_of_the_second_version_are_kept_and_read_again(home: Path) -> None:
    shutil.copy(KEPT / "library-2.db", home / "library.db")
    with closing(LibraryDatabase(home / "library.db")) as database:
        catalog = FileCatalog(database, Analyzer())
        (known,) = catalog.files().values()
        assert (known.path, known.state, known.passages) == (b"/docs/pump.txt", "indexed", 1)
        assert known.revision == 0
        with database.read() as connection:
            (passage,) = passages.between_positions(connection, known.id, 0, 9)
        assert (passage.text, passage.unread, passage.navigation) == (
            "The pump moves water.",
            (),
            False,
        )
        assert [entry.unread for entry in list_files(database, None, None, 0, None)] == [()]
        assert requeue_outdated(database)
        assert [file.path for file in catalog.waiting()] == [b"/docs/pump.txt"]


def test_what_could_not_be_read_of_a_file_is_kept_until_it_is_read_again(
    made: MadeLibrary,
) -> None:
    unread = UnreadParts(kind="attachment", names=("é.pdf",), count=1, reason="corrupt")
    made.put("mail.eml", TEXT)
    made.put("whole.txt", TEXT)
    made.catalog.replace(b"/docs/mail.eml", STAMP, "digest", "Mail", [], [unread])
    listed = list_files(made.database, None, "partial", 0, None)
    assert [(entry.path, entry.unread) for entry in listed] == [("/docs/mail.eml", (unread,))]
    assert list_files(made.database, made.collection, "partial", 0, None) == listed
    made.put("mail.eml", TEXT)
    assert list_files(made.database, None, "partial", 0, None) == []


def test_a_collection_is_found_by_its_name_in_any_case(made: MadeLibrary) -> None:
    assert made.collections.add("  Work ").name == "Work"
    assert made.collections.add("WORK").id == made.collections.named("work").id
    assert made.collections.add("Férias").id == made.collections.named("fe\u0301rias").id
    with pytest.raises(NotFoundError, match="play"):
        made.collections.named("play")
    for name in ("", "  ", "a\nb", "x" * 200):
        with pytest.raises(AssistantError, match="name"):
            made.collections.add(name)


def test_a_new_database_gets_the_collections_back(home: Path) -> None:
    made = MadeLibrary(home)
    made.collections.add_root(made.collections.add("Work").id, b"/work/\xff")
    before = [(c.name, [r.path for r in c.roots]) for c in made.collections.all()]
    made.close()
    for file in home.glob("library.db*"):
        file.unlink()
    database = LibraryDatabase(home / "library.db")
    fresh = made.collections.__class__(database)
    fresh.restore()
    assert [(c.name, [r.path for r in c.roots]) for c in fresh.all()] == before
    database.close()


def test_whether_there_are_collections_is_known_without_a_database(home: Path) -> None:
    assert not has_collections(home / "library.db")
    made = MadeLibrary(home)
    assert has_collections(home / "library.db")
    made.close()
    (home / "library.db").unlink()
    assert has_collections(home / "library.db")
    made = MadeLibrary(home)
    made.collections.remove(made.collection)
    made.close()
    assert not has_collections(home / "library.db")
    (home / MIRROR_FILE).write_bytes(b"\0")
    assert has_collections(home / "library.db")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"a": 3}', b"\xff\x00"])
def test_a_damaged_mirror_is_written_anew(made: MadeLibrary, content: bytes) -> None:
    mirror = made.home / MIRROR_FILE
    good = mirror.read_bytes()
    mirror.write_bytes(content)
    made.collections.restore()
    assert mirror.read_bytes() == good


def test_a_database_of_a_newer_version_is_not_touched(home: Path) -> None:
    made = MadeLibrary(home)
    with made.database.write() as connection:
        connection.execute("PRAGMA user_version = 99")
    made.close()
    with pytest.raises(DatabaseNewerError, match="newer"):
        LibraryDatabase(home / "library.db")


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 40, b"\x00" * 9000])
def test_a_file_that_is_no_database_is_called_damaged(home: Path, content: bytes) -> None:
    (home / "library.db").write_bytes(content)
    with pytest.raises(DatabaseDamagedError, match="damaged"):
        LibraryDatabase(home / "library.db")


def test_a_reader_does_not_wait_for_a_writer(made: MadeLibrary) -> None:
    made.put("a", TEXT)
    with made.database.write() as connection:
        connection.execute("DELETE FROM texts")
        assert made.search("oil") == ["a"]
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")


def test_only_the_user_can_read_what_is_stored(made: MadeLibrary) -> None:
    made.put("a", TEXT)
    files = [file for file in made.home.iterdir() if file.is_file()]
    assert {file.name for file in files} >= {"library.db", MIRROR_FILE}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_that_is_not_there_is_named(home: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        LibraryDatabase(home / "nowhere" / "library.db")
