"""library.db is looked at whole: what is wrong is told and repaired, and then nothing is wrong."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.errors import DatabaseDamagedError
from assistant.library.search.naming import named_files
from assistant.library.store import keywords
from assistant.library.store.database import KeywordsDamagedError, LibraryDatabase
from assistant.library.store.integrity import (
    check_and_repair,
    has_outdated_keywords,
    rebuild_keywords,
)
from assistant.library.store.scope import ScopeCache
from assistant.library.text.analysis import Analyzer
from tests.support.made_library import STAMP, MadeLibrary
from tests.support.vector_writer import text_of

KEPT = Path(__file__).parent / "kept"
"""Files that earlier versions wrote."""


def filled(made: MadeLibrary, files: int = 5) -> None:
    for number in range(files):
        made.put(f"{number}", text_of(number))


def change(made: MadeLibrary, *statements: str) -> None:
    """Damage what is stored, as no program of ours does."""
    with closing(sqlite3.connect(made.database.path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def told(made: MadeLibrary) -> list[str]:
    problems = check_and_repair(made.database, made.analyzer)
    assert all(problem.repaired for problem in problems)
    return [problem.what for problem in problems]


def waiting(made: MadeLibrary) -> list[bytes]:
    return [known.path for known in made.catalog.waiting()]


def finds(made: MadeLibrary, number: int) -> bool:
    """Whether the keyword index leads from a word of a file to a passage."""
    with made.database.read() as connection:
        query = keywords.prepare_query(connection, made.analyzer, f"Word{number}x3")
        return bool(keywords.search(query, 5, ScopeCache(made.database).open(connection, None)))


def count(made: MadeLibrary, table: str) -> int:
    with made.database.read() as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def test_nothing_is_wrong_with_what_was_stored_as_it_should_be(made: MadeLibrary) -> None:
    filled(made)
    made.put("empty", "")
    made.put("odd", "A lone \ud800 surrogate and a \x00 zero, twice. " * 20, title="T \udfff")
    made.put("long title", text_of(77), title="long " * 100)
    made.catalog.add_found(made.root, [(b"/docs/waits", STAMP)])
    for name in ("0", "waits"):
        change_ = made.catalog.skip(f"/docs/{name}".encode(), STAMP, "corrupt", "broken")
        assert change_.added == ()
    assert told(made) == []


EACH = 3
"""Passages of a file."""

LOOSE: list[tuple[str, str, Callable[[MadeLibrary], bool]]] = [
    (
        "DELETE FROM files WHERE id = 2",
        f"{EACH} passages of no file",
        lambda made: count(made, "passages") == count(made, "keywords") == 4 * EACH,
    ),
    (
        "DELETE FROM members WHERE file_id = 2",
        "1 files that were in no collection",
        lambda made: count(made, "files") == 4 and not finds(made, 1),
    ),
    (
        "INSERT INTO members VALUES (77, 1)",
        "1 files noted for folders that are not there",
        lambda made: count(made, "members") == 5,
    ),
    (
        "INSERT INTO roots (collection_id, path, display) VALUES (77, x'00', '')",
        "1 folders of no collection",
        lambda made: count(made, "roots") == 1,
    ),
    (
        "INSERT INTO texts VALUES (777, 'loose')",
        "1 texts of no passage",
        lambda made: count(made, "texts") == 5 * EACH,
    ),
    (
        "INSERT INTO embeddings (embedder_id, key, vector) VALUES (77, x'00', x'00')",
        "1 embeddings of no embedder",
        lambda made: count(made, "embeddings") == 5 * EACH,
    ),
    (
        "INSERT INTO keywords (rowid, title, body) VALUES (777, 'loose', 'loose')",
        "the words of 1 passages that are gone",
        lambda made: count(made, "keywords") == 5 * EACH,
    ),
    (
        "DELETE FROM keywords WHERE rowid = 5",
        "1 passages had no words",
        lambda made: finds(made, 1) and count(made, "keywords") == 5 * EACH,
    ),
]


@pytest.mark.parametrize(("damage", "what", "is_mended"), LOOSE, ids=[each[1] for each in LOOSE])
def test_what_hangs_loose_is_told_and_goes(
    made: MadeLibrary, damage: str, what: str, is_mended: Callable[[MadeLibrary], bool]
) -> None:
    filled(made)
    assert count(made, "passages") == 5 * EACH

    change(made, damage)

    assert any(what in problem for problem in told(made))
    assert is_mended(made)
    assert told(made) == []


READ_AGAIN = [
    "UPDATE texts SET text = replace(text, 'told', 'sold') WHERE passage_id = 5",
    "DELETE FROM texts WHERE passage_id = 5",
    "UPDATE passages SET place = '{' WHERE id = 5",
    "UPDATE passages SET language = 'xx' WHERE id = 5",
    "UPDATE passages SET key = zeroblob(16) WHERE id = 5",
    "UPDATE passages SET position = 9 WHERE id = 5",
    "DELETE FROM passages WHERE id = 5",
    "UPDATE files SET passages = 7 WHERE id = 2",
    "UPDATE files SET title = 'another' WHERE id = 2",
    "UPDATE files SET sha256 = NULL WHERE id = 2",
]


@pytest.mark.parametrize("damage", READ_AGAIN)
def test_a_file_whose_passages_are_not_what_was_stored_is_read_again(
    made: MadeLibrary, damage: str
) -> None:
    filled(made)

    change(made, damage)

    assert any("read again" in problem for problem in told(made))
    assert waiting(made) == [b"/docs/1"]
    made.put("1", text_of(1))
    assert told(made) == []
    assert finds(made, 1)


def test_a_file_that_is_there_twice_is_there_once_again(made: MadeLibrary) -> None:
    filled(made)
    schema = "(SELECT sql FROM sqlite_schema WHERE name = 'files')"
    change(
        made,
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET sql = replace({schema}, 'path BLOB NOT NULL UNIQUE',"
        " 'path BLOB NOT NULL') WHERE name = 'files'",
        "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_files_1'",
        "PRAGMA writable_schema = RESET",
        "VACUUM",
    )
    change(
        made,
        "INSERT INTO files (path, display, size, mtime_ns, inode, state)"
        " SELECT path, display, size, mtime_ns, inode, 'waiting' FROM files WHERE id = 2",
        "INSERT INTO members SELECT 1, max(id) FROM files",
    )
    made.close()
    made.database = LibraryDatabase(made.home / "library.db")

    assert any("there twice" in problem for problem in told(made))

    assert count(made, "files") == 5


def test_an_index_that_does_not_agree_with_its_table_is_made_again(made: MadeLibrary) -> None:
    filled(made)
    schema = "SELECT sql FROM sqlite_schema WHERE name = 'passages_by_key'"
    with closing(sqlite3.connect(made.database.path)) as connection:
        [index] = connection.execute(schema).fetchone()
    hide = "UPDATE sqlite_schema SET sql = '{}' WHERE name = 'passages_by_key'"
    change(made, "PRAGMA writable_schema = ON", hide.format(f"{index} WHERE id < 4"))
    change(made, "UPDATE passages SET key = zeroblob(16) WHERE id = 5")
    change(made, "PRAGMA writable_schema = ON", hide.format(index))
    made.close()
    made.database = LibraryDatabase(made.home / "library.db")

    assert any("indexes were rebuilt" in problem for problem in told(made))


def test_a_keyword_index_that_is_damaged_is_made_again(made: MadeLibrary) -> None:
    filled(made)
    change(made, "UPDATE keywords_data SET block = x'ffffffff' WHERE id > 10")
    made.close()
    made.database = LibraryDatabase(made.home / "library.db")
    with pytest.raises(KeywordsDamagedError):
        finds(made, 1)
    assert made.database.keywords_are_damaged
    assert not made.database.is_damaged

    assert any("keyword index" in problem for problem in told(made))

    assert finds(made, 1)
    assert not made.database.keywords_are_damaged
    assert told(made) == []


def test_words_that_were_changed_behind_the_index_are_noticed(made: MadeLibrary) -> None:
    filled(made)
    change(made, "UPDATE keywords_content SET c1 = 'nothing' WHERE id = 5")
    assert any("keyword index" in problem for problem in told(made))
    assert all(finds(made, number) for number in range(5))


def test_the_words_are_written_again_from_the_texts(made: MadeLibrary) -> None:
    filled(made)
    change(made, "DELETE FROM keywords")
    assert not finds(made, 1)
    rebuild_keywords(made.database, made.analyzer)
    assert all(finds(made, number) for number in range(5))
    assert told(made) == []


def test_a_broken_structure_is_beyond_repair_and_given_up(made: MadeLibrary) -> None:
    filled(made, 40)
    made.close()
    path = made.home / "library.db"
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18], "big")
    with closing(sqlite3.connect(path)) as connection:
        [root] = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'texts'"
        ).fetchone()
    content[(root - 1) * page : root * page] = bytes(page)
    path.write_bytes(content)
    made.database = LibraryDatabase(path)

    with pytest.raises(DatabaseDamagedError, match="damaged"):
        check_and_repair(made.database, made.analyzer)

    assert made.database.is_damaged
    assert Path(f"{path}.given-up").exists()


def test_ids_that_may_be_lost_are_not_given_again(made: MadeLibrary) -> None:
    [last] = made.put("0", "One passage.").added
    made.database.skip_passage_ids()
    [following] = made.put("1", "Another one.").added
    assert following > last + 1000


def test_files_of_an_earlier_version_are_found_by_their_names(home: Path) -> None:
    shutil.copy(KEPT / "library-2.db", home / "library.db")
    analyzer = Analyzer()
    with closing(LibraryDatabase(home / "library.db")) as database:
        assert has_outdated_keywords(database)
        with database.read() as connection:
            embeddings = connection.execute("SELECT key, vector FROM embeddings").fetchall()
            scope = ScopeCache(database).open(connection, None)
            assert named_files(connection, "What is in pump.txt?", scope) == ()
        rebuild_keywords(database, analyzer)
        assert not has_outdated_keywords(database)
        with database.read() as connection:
            assert connection.execute("SELECT key, vector FROM embeddings").fetchall() == embeddings
            scope = ScopeCache(database).open(connection, None)
            assert len(named_files(connection, "What is in pump.txt?", scope)) == 1
            query = keywords.prepare_query(connection, analyzer, "docs", scope=scope)
            assert len(keywords.search(query, 5, scope)) == 1
