"""Export, import, export: the same bytes, on generated trees and real databases."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given

from assistant.core.transfer.importing import read
from assistant.core.transfer.markdown import to_markdown
from assistant.core.values.transcript import Transcript, to_json
from assistant.storage.conversations import SqliteConversations
from tests.support.integrity import assert_sound
from tests.support.transcripts import patient, transcripts


@contextmanager
def new_store() -> Iterator[SqliteConversations]:
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    try:
        with closing(SqliteConversations(folder / "chats.db")) as store:
            yield store
        assert_sound(folder / "chats.db")
    finally:
        shutil.rmtree(folder)


@given(transcripts())
@patient
def test_json_and_markdown_come_through_two_databases_unchanged(transcript: Transcript) -> None:
    with new_store() as first, new_store() as second, new_store() as third:
        id = first.adopt(transcript).conversation_id
        kept = first.transcript(id)
        as_json, as_markdown = to_json(kept), to_markdown(kept)

        (from_json,) = read("x.json", as_json.encode()).transcripts
        (from_markdown,) = read("x.md", as_markdown.encode()).transcripts
        second.adopt(from_json)
        third.adopt(from_markdown)

        assert to_json(second.transcript(id)) == as_json
        assert to_markdown(third.transcript(id)) == as_markdown
        again = second.adopt(from_json)
        assert (again.is_new, again.added) == (False, 0)
        assert to_json(second.transcript(id)) == as_json
