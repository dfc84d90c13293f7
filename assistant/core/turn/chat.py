"""Chat turn: ask, regenerate, edit and continue are the same flow."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property, partial
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from assistant.core.background.completion import InternalPrompts
from assistant.core.context import growth
from assistant.core.context import plan as context_plan
from assistant.core.errors import AssistantError, ContextOverflowError
from assistant.core.grounding import mentions
from assistant.core.grounding.scope import NOWHERE, GroundedQuestion, RetrievalScope, default_scope
from assistant.core.ports.library import Library
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.turn.outcome import TurnOutcome, Writing, finished_without_model
from assistant.core.turn.requests import EditAnswer, Request, TurnRequests
from assistant.core.turn.sampling import DefaultSampling
from assistant.core.turn.whole import WholeAnswers
from assistant.core.values.conversation import (
    ChatMessage,
    Conversation,
    Keep,
    Message,
    Overflow,
)
from assistant.core.values.events import (
    Answered,
    Asked,
    ContextPlanned,
    Finished,
    Loaded,
    Retrieved,
    Searching,
    Thought,
    TurnEvent,
    Wrote,
)
from assistant.core.values.models import ModelInfo
from assistant.core.values.sampling import Sampling, SamplingChanges

if TYPE_CHECKING:
    from assistant.core.turn.checking import AnswerReview
    from assistant.core.turn.sources import TurnSources
    from assistant.core.values.context import ContextPlan, Recap
    from assistant.core.values.documents import Passage
    from assistant.core.values.library import SearchResult


class Chat:
    """Runs turns: stores what is asked, plans the window, streams and stores the answer."""

    def __init__(
        self,
        store: MessageStore,
        models: ModelCatalog,
        sampling: Sampling | None = None,
        library: Library | None = None,
        *,
        fall_back: bool = False,
        wording: Callable[[], str] | None = None,
        of_models: Mapping[str, SamplingChanges] = MappingProxyType({}),
        prompts: InternalPrompts | None = None,
    ) -> None:
        """Args:
        sampling: how answers are sampled, and `of_models`, what single models have otherwise.
        fall_back: whether the model may answer alone where the chosen files are silent.
        wording: the template of questions with passages, see `TurnSources`; None is the shipped
            one.
        prompts: how models are asked to sum up documents; None has none summed up.
        """
        self._store = store
        self._models = models
        self._requests = TurnRequests(store, models)
        self.sampling = DefaultSampling(models, sampling, of_models)
        self._library = library
        self._fall_back = fall_back
        self._wording = wording
        self._whole = WholeAnswers(store, library, prompts) if library and prompts else None

    @cached_property
    def _sources(self) -> TurnSources:
        # Who has no files waits for none of what reads, quotes and checks them.
        from assistant.core.turn.sources import TurnSources  # noqa: PLC0415

        assert self._library is not None
        return TurnSources(self._library, self._store, self._wording)

    @cached_property
    def _review(self) -> AnswerReview:
        from assistant.core.turn.checking import AnswerReview  # noqa: PLC0415 -- see _sources

        return AnswerReview(self._store, self._library)

    def turn(
        self,
        request: Request,
        stop: Event,
        sampling: Sampling | None = None,
        sources: RetrievalScope | None = None,
    ) -> Generator[TurnEvent, None, None]:
        """Run one turn; a generator that does its work as it is pulled.

        The question is on disk before anything else happens and the answer as it grows. Closing
        the generator stops the answer as `stop` does. `Answered` is the last event.

        Args:
            sampling: None goes by the settings and what the conversation has otherwise.
            sources: which of the user's files are searched; None goes by what the question and
                its conversation say.

        Raises:
            AssistantError: the turn failed; what was written so far is stored as `failed`.
        """
        begun = self._requests.conversation_under_prompt(request)
        sampling = sampling or self._default_sampling(begun)
        question, answer = self._requests.store(request, sampling)
        outcome = TurnOutcome(answer.reasoning)
        try:
            yield Asked(question=question, answer=answer)
            writing = (
                self._keep(answer, self._store.message(request.message_id))
                if isinstance(request, EditAnswer)
                else self._write(request, answer, sampling, sources, stop)
            )
            for event in writing:
                outcome.record(event)
                if isinstance(event, Wrote):
                    self._store.journal(answer.id, event.text)
                elif isinstance(event, Thought) and outcome.reasoning.is_due_for_storage():
                    self._store.set_reasoning(answer.id, outcome.reasoning.text)
                elif isinstance(event, Retrieved) and self._library is not None:
                    self._sources.store(answer, event)
                yield event
                if isinstance(event, Finished):
                    break
            if outcome.used and not outcome.is_checked:
                self._review.run(answer, outcome)
        except AssistantError as failure:
            outcome.fail(failure)
            raise
        finally:
            if outcome.reasoning.text:
                self._store.set_reasoning(answer.id, outcome.reasoning.text)
            answer = self._store.finish(
                answer.id,
                outcome.state,
                stop_reason=outcome.stop_reason,
                usage=outcome.usage,
                timings=outcome.timings(),
                error=outcome.error,
                citations=outcome.citations,
            )
        yield Answered(message=answer, saying=outcome.saying)

    def _write(
        self,
        request: Request,
        answer: Message,
        sampling: Sampling,
        sources: RetrievalScope | None,
        stop: Event,
    ) -> Iterator[Writing]:
        *history, question, unfinished = self._store.path(answer.id)
        conversation = self._requests.conversation_under_prompt(request)
        whole = self._whole.question(question) if self._whole else None
        if self._whole and whole and not unfinished.edited:
            model = self._requests.open_model(conversation)
            yield from self._whole.write(whole, unfinished, model, stop)
            return
        asked, where, found, told = question.asked, NOWHERE, None, ""
        if unfinished.has_begun:
            yield from self._kept_retrieval(answer)
        else:
            where = sources or self._default_sources(conversation, asked)
            grounded = yield from self._search_files(question, history, where, stop)
            asked, where, found, told = grounded
        if found is not None and not found.sufficient:
            yield Retrieved(result=found, used=(), collections=where.collections)
            if where.only and self._library is not None and not stop.is_set():
                told = self._sources.nothing_found(found, where)
        if told:
            yield Wrote(text=told)
            yield finished_without_model()
            return
        model = self._requests.open_model(conversation)
        info: ModelInfo | None = None
        for loading in model.load(stop):
            if isinstance(loading, Loaded):
                info = loading.info
            yield loading
        if info is None or stop.is_set():
            return
        asking = _Asking(conversation, history, question, unfinished, asked, found)
        prepare = partial(self._prepare, asking, model, sampling)
        try:
            plan, read, used = yield from growth.fit_window(model, info, prepare, stop)
        except ContextOverflowError as too_large:
            if not question.attached or unfinished.has_begun or self._library is None:
                raise
            window = info.context_window
            found = self._sources.excerpts(asked, question.attached, window, stop)
            if stop.is_set():
                return
            prepare = partial(self._prepare, asking._replace(found=found), model, sampling)
            plan, read, used = yield from growth.fit_window(model, info, prepare, stop)
            if not used:
                raise too_large from None
        if read.sent != question.sent:
            self._store.set_sent(question.id, read.sent)
        if used and found is not None:
            yield Retrieved(result=found, used=used, collections=where.collections)
        yield ContextPlanned(plan=plan, outgrown=self._store_outgrown(plan, history, unfinished))
        keep: Keep = "memory" if conversation.temporary else "disk"
        yield from model.stream(plan.messages, sampling, stop, keep=keep)

    def _keep(self, answer: Message, old: Message) -> Iterator[Writing]:
        """Keep an answer that is written; it is checked by what was found for the old one."""
        yield from self._kept_retrieval(answer)
        yield finished_without_model(old.usage)

    def _kept_retrieval(self, answer: Message) -> Iterator[Retrieved]:
        kept = self._store.retrieval(answer.id)
        if kept is not None:
            yield Retrieved(result=kept.result, used=kept.used, collections=kept.collections)

    def _search_files(
        self, question: Message, history: Sequence[Message], where: RetrievalScope, stop: Event
    ) -> Generator[Searching, None, GroundedQuestion]:
        """Search the files for a question, where it has any."""
        asked = mentions.without_collections(question.asked, where.collections or ())
        asked = mentions.with_file_names(asked, question.attached)
        if self._library is None:
            return GroundedQuestion(question.asked, NOWHERE, None)
        attached = question.attached
        if not attached and where.collections == ():
            return GroundedQuestion(asked, where, None)
        return (yield from self._sources.search(asked, attached, history, where, stop))

    def _prepare(
        self, asking: _Asking, model: ChatModel, sampling: Sampling, window: int
    ) -> _PreparedPrompt:
        """Prepare what the model reads in a window of so many tokens.

        Raises:
            ContextOverflowError: the question, or a file that is attached, does not fit.
        """
        conversation, question = asking.conversation, asking.question
        reserve = context_plan.reserve_for(sampling.max_tokens, window)
        measure = _counting(model, sampling)
        used: tuple[Passage, ...] = ()
        if not asking.unfinished.has_begun:
            room = window - reserve
            if question.attached:
                # Files that go whole compete with what stands in every prompt.
                room -= context_plan.fixed_tokens(conversation, measure, window, reserve)
            content, used = self._compose(
                asking.asked, question.attached, asking.found, model, room
            )
            sent = content if content != question.text else None
            question = question.model_copy(update={"sent": sent})
        plan = context_plan.plan(
            conversation.system_prompt,
            context_plan.group_turns(asking.history),
            context_plan.as_asked(question, asking.unfinished),
            measure,
            window,
            reserve,
            conversation.examples,
            context_plan.recap_for(conversation, asking.history),
        )
        return _PreparedPrompt(plan, question, used)

    def _store_outgrown(
        self, plan: ContextPlan, history: Sequence[Message], answer: Message
    ) -> Overflow | None:
        """Store with the answer what became of the oldest turns, once on each branch."""
        outgrown = plan.outgrown
        if outgrown is None or any(each.outgrown == outgrown for each in (*history, answer)):
            return None
        self._store.set_outgrown(answer.id, outgrown)
        return outgrown

    def _compose(
        self,
        asked: str,
        attached: Sequence[str],
        found: SearchResult | None,
        model: ChatModel,
        room: int,
    ) -> tuple[str, tuple[Passage, ...]]:
        """Compose the question as the model reads it, and choose the passages that go with it.

        Raises:
            ContextOverflowError: attached files do not fit.
        """
        if found is None or not found.sufficient:
            return asked, ()
        return self._sources.compose(asked, attached, found, model, room)

    def _default_sources(self, conversation: Conversation | None, question: str) -> RetrievalScope:
        """Default sources of a question; None is a new conversation."""
        if self._library is None:
            return NOWHERE
        collections = conversation.collections if conversation else None
        return default_scope(self._library, collections, question, fall_back=self._fall_back)

    def _default_sampling(self, conversation: Conversation | None) -> Sampling:
        """Default sampling of an answer; None is a new conversation."""
        if conversation is None:
            return self.sampling.for_model(None)
        return conversation.sampling.over(self.sampling.for_model(conversation.model))

    def preview(
        self,
        system_prompt: str,
        history: Sequence[Message],
        question: str,
        model: ChatModel,
        sampling: Sampling | None = None,
        sources: RetrievalScope = NOWHERE,
        attached: Sequence[str] = (),
        stop: Event | None = None,
        examples: Sequence[ChatMessage] = (),
        recap: Recap | None = None,
    ) -> ContextPlan:
        """Context plan of a question that is not asked; the model has to be loaded.

        Args:
            attached: files that would go whole with it, as absolute paths.
        """
        sampling, stop = sampling or self.sampling.for_model(model.name), stop or Event()
        info = next(event.info for event in model.load(Event()) if isinstance(event, Loaded))
        asked = mentions.without_collections(question, sources.collections or ())
        asked = mentions.with_file_names(asked, attached)
        found: SearchResult | None = None
        if self._library is not None and (attached or sources.collections != ()):
            found = self._sources.preview(asked, attached, history, sources, stop)

        def prepare(window: int) -> _Previewed:
            reserve = context_plan.reserve_for(sampling.max_tokens, window)
            content, used = self._compose(asked, attached, found, model, window - reserve)
            plan = context_plan.plan(
                system_prompt,
                context_plan.group_turns(history),
                [ChatMessage(role="user", content=content, quotes_files=bool(used))],
                _counting(model, sampling),
                window,
                reserve,
                examples,
                recap,
            )
            return _Previewed(plan, used)

        try:
            return growth.return_value(growth.fit_window(model, info, prepare, stop)).plan
        except ContextOverflowError as too_large:
            if not attached or self._library is None:
                raise
            found = self._sources.excerpts(asked, attached, info.context_window, stop)
            read = growth.return_value(growth.fit_window(model, info, prepare, stop))
            if not read.used:
                raise too_large from None
            return read.plan


def _counting(model: ChatModel, sampling: Sampling) -> context_plan.Counting:
    """How prompts of answers that are sampled so are counted."""
    formed = sampling.constraint is not None
    return partial(model.measure, thinking=sampling.thinking, formed=formed)


class _Asking(NamedTuple):
    """Question on its way to the model."""

    conversation: Conversation
    history: Sequence[Message]
    question: Message
    unfinished: Message
    asked: str
    found: SearchResult | None


class _PreparedPrompt(NamedTuple):
    """What the model reads for a question, in one window."""

    plan: ContextPlan
    question: Message
    used: tuple[Passage, ...]


class _Previewed(NamedTuple):
    """The plan for a question that is not asked."""

    plan: ContextPlan
    used: tuple[Passage, ...]
