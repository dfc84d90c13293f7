"""Answering: a model alone, or the user's files searched, quoted and the answer checked."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from threading import Event
from typing import NamedTuple

from assistant.core.context.growth import grow_window, return_value
from assistant.core.context.plan import reserve_for
from assistant.core.errors import ContextOverflowError
from assistant.core.grounding.scope import RetrievalScope
from assistant.core.ports.library import Library
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage
from assistant.core.values.events import (
    Answered,
    Cited,
    Finished,
    Loaded,
    Retrieved,
    SectionRead,
    Thought,
    TurnEvent,
    Wrote,
)
from assistant.core.values.sampling import Sampling
from assistant.serve.answers.conversations import ServedConversations
from assistant.serve.answers.marks import MarkedAnswer
from assistant.serve.answers.passages import PassagePages
from assistant.serve.answers.request import (
    AnswerEvent,
    AnswerRequest,
    LibraryModel,
    ListedSource,
    PlainModel,
    SourcesListed,
)
from assistant.serve.answers.stop_texts import StopTexts

TEMPLATE_TOKENS = 64
"""For each message, what a chat template writes around it, at most."""


class PreparedAnswer(NamedTuple):
    """A request that can be answered, with what that takes."""

    request: AnswerRequest
    model: ChatModel
    sampling: Sampling


class Answering:
    """Answers requests. Safe to use from several threads."""

    def __init__(
        self,
        models: ModelCatalog,
        chat: Chat,
        library: Library,
        conversations: ServedConversations,
        passages: PassagePages,
        *,
        fall_back: bool,
    ) -> None:
        """`fall_back` is `library.fall_back` of the settings."""
        self._models = models
        self._chat = chat
        self._library = library
        self._conversations = conversations
        self._passages = passages
        self._fall_back = fall_back
        self._windows: dict[str, int] = {}
        """As they were when their model was asked for last."""

    def prepare(self, request: AnswerRequest, stop: Event) -> PreparedAnswer:
        """Find out whether a request can be answered at all, before it waits for its turn.

        Raises:
            ContextOverflowError: what is said does not fit the model's window.
            ModelError: the model cannot be used.
        """
        name = request.model.name if isinstance(request.model, PlainModel) else None
        model = self._models.open(name)
        sampling = request.sampling.over(self._chat.sampling.for_model(name))
        sampling = sampling.model_copy(update={"constraint": request.constraint})
        prepared = PreparedAnswer(request, model, sampling)
        known = self._windows.get(model.name, 0)
        if _most_tokens(request) + reserve_for(sampling.max_tokens, known) < known:
            return prepared
        info = next(
            (event.info for event in model.load(stop) if isinstance(event, Loaded)),
            None,
        )
        if info is None:
            return prepared
        total = model.measure(request.messages, sampling.thinking).total
        if total < info.trained_context:
            needed = total + reserve_for(sampling.max_tokens, info.context_window)
            info = return_value(grow_window(model, info, needed, stop)) or info
        self._windows[model.name] = info.context_window
        if total >= info.context_window and not stop.is_set():
            raise ContextOverflowError(
                f"The request is {total:,} tokens long, and the window of {model.name} is "
                f"{info.context_window:,}."
            )
        return prepared

    def answer(self, prepared: PreparedAnswer, stop: Event) -> Iterator[AnswerEvent]:
        """Write the answer. `Finished` comes last, unless stopped.

        Raises:
            AssistantError: it cannot be written, or no further.
        """
        cut, enough = StopTexts(prepared.request.stop_texts), _Enough(stop)
        is_plain = isinstance(prepared.request.model, PlainModel)
        write = self._plain if is_plain else self._from_files
        with closing(write(prepared, enough)) as events:  # type: ignore[type-var]
            for event in events:
                if isinstance(event, Wrote):
                    text = cut.feed(event.text)
                    if cut.has_ended:
                        enough.set()
                    if text:
                        yield Wrote(text=text)
                    continue
                if isinstance(event, SourcesListed | Finished) and (text := cut.flush()):
                    yield Wrote(text=text)
                if isinstance(event, Finished) and cut.has_ended:
                    event = event.model_copy(update={"reason": "end"})
                yield event

    def _plain(self, prepared: PreparedAnswer, stop: Event) -> Iterator[AnswerEvent]:
        request, model, sampling = prepared
        conversations = self._conversations
        kept = conversations.kept and request.messages[-1].role == "user"
        record = conversations.record(request, sampling) if kept else None
        text = ""
        try:
            for event in model.stream(request.messages, sampling, stop, keep=conversations.keep):
                if isinstance(event, Wrote) and record:
                    text += event.text
                    record.wrote(event.text)
                if isinstance(event, Finished) and record:
                    record.finished(event)
                    conversations.remember(request, text, record.conversation_id)
                if isinstance(event, Thought | Wrote | Finished):
                    yield event
        finally:
            if record:
                record.close()

    def _from_files(self, prepared: PreparedAnswer, stop: Event) -> Iterator[AnswerEvent]:
        request = prepared.request
        assert isinstance(request.model, LibraryModel)
        question, collection = request.messages[-1].content, request.model.collection
        scope = (
            RetrievalScope(collections=(collection,), only=not self._fall_back)
            if collection
            else None
        )
        conversation_id = self._conversations.begin(request)
        # What is held back until it is checked is cut as it is written.
        cut = StopTexts(request.stop_texts)
        marked = MarkedAnswer(
            partial(self._library.check, question=question),
            has_form=request.constraint is not None,
        )
        ended: Finished | None = None
        turn = self._chat.turn(Ask(conversation_id, question), stop, prepared.sampling, scope)
        try:
            with closing(turn):
                for event in turn:
                    if isinstance(event, Thought):
                        yield event
                    elif isinstance(event, Finished):
                        ended = event
                    yield from _wrote(_sent_of(event, marked, cut))
                    if cut.has_ended:
                        stop.set()
        finally:
            if ended is None or ended.reason == "stopped":
                self._conversations.forget(conversation_id)
        if ended is None:
            return
        answer = marked.answer
        if ended.reason != "stopped":
            self._conversations.remember(request, answer.text, conversation_id)
        yield SourcesListed(tuple(self._listed(each, marked.passages) for each in answer.citations))
        yield ended.model_copy(update={"reason": "end"}) if cut.has_ended else ended

    def _listed(self, citation: Citation, passages: tuple[Passage, ...]) -> ListedSource:
        place = citation.place
        first, last = place.line_start, place.line_end
        return ListedSource(
            number=citation.number,
            start=citation.start,
            end=citation.end,
            strength=citation.strength,
            path=citation.path,
            title=citation.title,
            page=place.page,
            heading=place.heading,
            lines=None if first is None else (first, last or first),
            quote=citation.quote,
            url=self._passages.add(passages[citation.number - 1], citation),
        )


class _Enough(Event):
    """A stop flag that is set when another one is, too."""

    def __init__(self, other: Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


def _sent_of(event: TurnEvent, marked: MarkedAnswer, cut: StopTexts) -> str:
    """What can be sent of an answer after an event of its turn."""
    match event:
        case Retrieved(used=used):
            marked.passages = used
        case SectionRead():
            marked.wait_for_citations()
        case Cited(citations=citations):
            return marked.cite(citations)
        case Wrote(text=text):
            return marked.feed(cut.feed(text))
        case Finished():
            return marked.feed(cut.flush()) + marked.flush()
        case Answered(message=message, saying=saying):
            # Of an answer that a stop text has cut, the turn knows only that it was stopped.
            sent = marked.end(marked.saying if cut.has_ended else saying)
            return sent + (marked.cite(message.citations) if marked.has_form else "")
        case _:
            pass
    return ""


def _most_tokens(request: AnswerRequest) -> int:
    """More tokens than the messages of a request have: each stands for a byte or more."""
    return sum(
        len(message.content.encode("utf-8", "replace")) + TEMPLATE_TOKENS
        for message in request.messages
    )


def _wrote(text: str) -> Iterator[Wrote]:
    if text:
        yield Wrote(text=text)
