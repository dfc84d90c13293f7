"""Answers about documents as a whole: they are read section by section, not searched."""

from collections.abc import Generator, Iterator, Sequence
from threading import Event
from typing import Final, NamedTuple

from assistant.core.background.completion import InternalPrompts
from assistant.core.errors import NotFoundError
from assistant.core.grounding.scope import named_collections
from assistant.core.ports.library import Library
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel
from assistant.core.summarising.intent import WholeRequest, whole_request
from assistant.core.turn.outcome import Writing, finished_without_model
from assistant.core.values.conversation import Message
from assistant.core.values.events import Finished, Loaded

LARGE_CHARS: Final = 20_000
"""Characters of attached files from which on a question about all of them is answered section by
section: of more, a small model sums up only the beginning."""


class WholeQuestion(NamedTuple):
    """A question about documents as a whole."""

    request: WholeRequest
    paths: tuple[str, ...]
    """Of the documents."""


class WholeAnswers:
    """Writes the answers to questions about documents as a whole."""

    def __init__(self, store: MessageStore, library: Library, prompts: InternalPrompts) -> None:
        self._store = store
        self._library = library
        self._prompts = prompts

    def question(self, question: Message) -> WholeQuestion | None:
        """What a question wants of documents as a whole; None where a model can read them at once.

        Raises:
            NotFoundError: it names no document.
        """
        collections = named_collections(self._library, question.asked)
        request = whole_request(question.asked, question.attached, collections)
        if request is None or not (request.is_command or self._is_large(question.attached)):
            return None
        paths = dict.fromkeys(question.attached)
        for name in collections:
            paths |= dict.fromkeys(file.path for file in self._library.files(name, "indexed"))
        if not paths:
            raise NotFoundError(
                "There is no document to read.",
                "Name a file or a collection: `/summarise @report.pdf`, `/summarise #notes`.",
            )
        if request.kind == "compare" and len(paths) != 2:
            raise NotFoundError(
                f"Two documents can be compared, and these are {len(paths):,}.",
                "Name two files: `/compare @old.pdf @new.pdf`.",
            )
        return WholeQuestion(request, tuple(paths))

    def _is_large(self, paths: Sequence[str]) -> bool:
        """Whether files are too large for most models to read at once."""
        chars = 0
        for path in paths:
            file = self._library.read(path, Event())
            chars += len(file.document.text) if file else 0
        return chars > LARGE_CHARS

    def write(
        self, whole: WholeQuestion, answer: Message, model: ChatModel, stop: Event
    ) -> Generator[Writing, None, None]:
        """Write the answer, or go on with it.

        Raises:
            NotFoundError: a document is not there.
            LibraryError: none of the documents can be read.
        """
        # Other questions wait for nothing of it.
        from assistant.core.summarising.comparison import DocumentComparison  # noqa: PLC0415
        from assistant.core.summarising.reading import PartWriter  # noqa: PLC0415
        from assistant.core.summarising.summary import DocumentSummary, PartReader  # noqa: PLC0415

        if whole.request.kind == "compare":
            comparison = DocumentComparison(self._library)
            yield from _ended((yield from comparison.run(whole.paths, answer.text, stop)))
            return
        window = 0
        for loading in model.load(stop):
            if isinstance(loading, Loaded):
                window = loading.info.context_window
            yield loading
        if not window or stop.is_set():
            return
        writer = PartWriter(model, self._prompts)
        reader = PartReader(self._store, self._library, answer.conversation_id, writer, window)
        summary = DocumentSummary(self._library, reader, whole.request)
        yield from _ended((yield from summary.run(whole.paths, answer.text, stop)))


def _ended(ended: bool) -> Iterator[Finished]:
    """The end of an answer that no model wrote as a whole; one that was stopped has none."""
    if ended:
        yield finished_without_model()
