"""Export, import, export: the same bytes, on generated trees and real databases."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given

from assistant.core.transcript import Transcript, to_json
from assistant.core.transcript_markdown import to_markdown
from assistant.core.transcript_reading import read
from assistant.storage.conversations import SqliteConversations
from tests.core.transcripts import patient, transcripts
from tests.storage.soundness import assert_sound


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
