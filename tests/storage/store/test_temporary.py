"""Temporary conversations: no byte of them reaches the disk."""

import sys
import tempfile
from pathlib import Path
from threading import Thread

from assistant.core.values.conversation import Message
from assistant.storage.conversations import SqliteConversations
from tests.support.strace import needs_strace, written

SECRET, KEPT = "Zwiebelkuchen", "Apfelstrudel"

CONVERSE = """
import sys
from pathlib import Path
from assistant.core.values.library import Retrieval, SearchResult
from assistant.storage.conversations import SqliteConversations

file, word, temporary = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "temporary"
store = SqliteConversations(file)
id = store.create(title=word, system_prompt=word, temporary=temporary).id
store.set_draft(id, word)
for turn in range(20):
    branch = store.branch(id)
    question = store.append(id, branch[-1].id if branch else None, "user", word * 50)
    answer = store.append(id, question.id, "assistant", "", state="streaming")
    for _ in range(5):
        store.journal(answer.id, word)
    store.set_retrieval(answer.id, Retrieval(result=SearchResult(), used=(), collections=(word,)))
    store.finish(answer.id, "complete", error=word)
store.rename(id, word + " renamed")
store.tag(id, [word])
store.move(id, word)
store.rate(answer.id, "bad", word)
fork = store.fork(answer.id)
store.delete_message(question.id)
store.undo(conversation_id=id)
store.delete(fork.id)
assert len(store.branch(id)) == 40
assert len(store.transcript(id).entries) == 40
store.find(word)
store.purge()
store.close()
"""


def files_with(word: str, *folders: Path) -> set[str]:
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.name for path in found if word.encode() in path.read_bytes()}


def converse(file: Path, word: str, kind: str) -> list[str]:
    return [sys.executable, "-c", CONVERSE, str(file), word, kind]


@needs_strace
def test_the_kernel_sees_no_byte_of_a_temporary_conversation_going_to_a_file(
    home: Path, tmp_path: Path
) -> None:
    file = home / "chats.db"
    kept, files = written(converse(file, KEPT, "kept"), tmp_path / "kept")
    assert kept.returncode == 0, kept.stderr
    assert any(KEPT in data for data in files.values())

    done, files = written(converse(file, SECRET, "temporary"), tmp_path / "temporary")

    assert done.returncode == 0, done.stderr
    assert [name for name, data in files.items() if SECRET in data] == []
    assert files_with(SECRET, home) == set()
    assert "chats.db" in {name.removesuffix("-wal") for name in files_with(KEPT, home)}


def test_a_temporary_conversation_leaves_the_database_as_it_was(file: Path) -> None:
    store = SqliteConversations(file)
    temporary = set(Path(tempfile.gettempdir()).iterdir())

    id = store.create(title=SECRET, temporary=True).id
    for _ in range(300):
        store.append(id, None, "user", SECRET * 1000)

    assert files_with(SECRET, file.parent) == set()
    assert not {p for p in Path(tempfile.gettempdir()).iterdir() if "sqlite" in p.name} - temporary
    store.close()


def test_many_threads_use_a_temporary_conversation_at_once(store: SqliteConversations) -> None:
    id = store.create(temporary=True).id
    answers: list[Message] = []

    def converse() -> None:
        for _ in range(20):
            answer = store.append(id, None, "assistant", "", state="streaming")
            for piece in "abc":
                store.journal(answer.id, piece)
                assert store.message(answer.id).text
            answers.append(store.finish(answer.id, "complete"))

    threads = [Thread(target=converse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.text for answer in answers] == ["abc"] * 80
    assert len(store.transcript(id).entries) == 80
