"""Export of conversations: one file each, under a stable name, written only where it is new.

A file name begins with the day and ends with the id, so that it is stable, sorted and never taken
by another conversation; it is good on every system: no more than letters, digits, `-`, `_` and `.`,
never long, never the name of a device.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from assistant.core.atomic import replace_file
from assistant.core.errors import TranscriptError
from assistant.core.grounding.citations import checked_text
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.transfer.html import to_html
from assistant.core.transfer.markdown import to_markdown
from assistant.core.values.base import Value
from assistant.core.values.conversation import Conversation
from assistant.core.values.transcript import Transcript, to_json

ExportFormat = Literal["markdown", "json", "html"]


class ExportedFile(Value):
    """File that holds a conversation now, or one that was removed."""

    path: str
    title: str
    what: Literal["written", "unchanged", "removed"]
    versions_left_out: int = 0
    """Messages outside the active branch, which only JSON holds."""


def text_of(transcript: Transcript, format: ExportFormat) -> str:
    """Text of a conversation in one of the formats."""
    match format:
        case "markdown":
            return to_markdown(transcript)
        case "html":
            return to_html(transcript)
    texts = (
        (entry.message.id, checked_text(entry.message, entry.retrieval))
        for entry in transcript.entries
    )
    return to_json(transcript, {id: text for id, text in texts if text})


def export(
    store: ConversationCatalog,
    ids: Iterable[str],
    folder: Path,
    format: ExportFormat = "markdown",
    *,
    prune: bool = False,
) -> Iterator[ExportedFile]:
    """Export conversations into a folder, which is made when missing.

    A file whose bytes would be the same is left alone; one of a conversation that has another
    title by now is replaced.

    Args:
        prune: also remove our files of this format that hold other conversations.

    Raises:
        TranscriptError: the folder or a file in it cannot be written.
    """
    suffix = SUFFIXES[format]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = _ours(folder, suffix)
        kept: set[str] = set()
        for id in ids:
            transcript = store.transcript(id)
            kept.add(transcript.conversation.id)
            yield _exported(transcript, folder, format)
            current = file_name(transcript.conversation, suffix)
            for name in before.get(transcript.conversation.id, ()):
                if name != current:
                    yield _removed(folder / name)
        for id in sorted(before.keys() - kept) if prune else ():
            for name in before[id]:
                yield _removed(folder / name)
    except OSError as failure:
        place = failure.filename or folder
        raise TranscriptError(
            f"{place} cannot be written: {failure.strerror}.",
            "Choose another folder, or check its permissions and the free space.",
        ) from None


def all_ids(store: ConversationCatalog) -> list[str]:
    """Ids of all conversations outside the trash, the archived ones included."""
    return [line.id for line in store.conversations(archived=None)]


def write_file(path: Path, content: bytes) -> bool:
    """Put a file in its place in one step, unless it is there already; whether it was written.

    Raises:
        OSError: it cannot be written; what was there is unharmed.
    """
    with suppress(OSError):
        if path.read_bytes() == content:
            return False
    # A conversation may be deleted because its export is there.
    replace_file(path, content, durable=True)
    return True


def _exported(transcript: Transcript, folder: Path, format: ExportFormat) -> ExportedFile:
    path = folder / file_name(transcript.conversation, SUFFIXES[format])
    is_new = write_file(path, text_of(transcript, format).encode())
    shown = len(transcript.entries) if format == "json" else len(transcript.branch)
    return ExportedFile(
        path=str(path),
        title=transcript.conversation.title,
        what="written" if is_new else "unchanged",
        versions_left_out=len(transcript.entries) - shown,
    )


def _removed(path: Path) -> ExportedFile:
    path.unlink(missing_ok=True)
    return ExportedFile(path=str(path), title="", what="removed")


def _ours(folder: Path, suffix: str) -> dict[str, list[str]]:
    """The names of the files that an earlier export left, by the conversation they hold."""
    found: dict[str, list[str]] = {}
    for entry in os.scandir(folder):
        id = id_in(entry.name)
        if id is not None and entry.name.endswith(f".{suffix}") and entry.is_file():
            found.setdefault(id, []).append(entry.name)
    return found


MAX_TITLE_BYTES = 80
"""Of the title's part, in UTF-8."""

SUFFIXES = {"markdown": "md", "json": "json", "html": "html"}

_OURS = re.compile(r"\d{4}-\d\d-\d\d_(?:.*_)?([0-9a-f]{16})\.(?:md|json|html)")


def file_name(conversation: Conversation, suffix: str) -> str:
    """File name of a conversation, such as `2026-03-01_lease-questions_0123456789abcdef.md`."""
    parts = [f"{conversation.created:%Y-%m-%d}", _slug(conversation.title), conversation.id]
    return "_".join(part for part in parts if part) + f".{suffix}"


def id_in(name: str) -> str | None:
    """Conversation id in a file name; None for files that are not ours."""
    found = _OURS.fullmatch(name)
    return found[1] if found else None


def _slug(title: str) -> str:
    """A title without accents, marks and spaces; letters of other scripts stay."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKD", title.lower())
        if not (unicodedata.combining(char) and unicodedata.category(char) == "Mn")
    )
    words = re.sub(r"[^\w]+|_", "-", unicodedata.normalize("NFC", plain)).strip("-")
    cut = words.encode("utf-8", "ignore")[:MAX_TITLE_BYTES].decode("utf-8", "ignore")
    return cut.strip("-")
