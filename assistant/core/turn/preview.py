"""Context preview: the window as it would be for the next question, and why.

Nothing is asked and nothing is stored. Passages are those of earlier questions; what the files say
to the next one is found when it is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from threading import Event
from typing import Final, Literal, NamedTuple

from assistant.core.background import completion
from assistant.core.context import growth as window_growth
from assistant.core.context import plan as context_plan
from assistant.core.context.plan import Counting
from assistant.core.errors import ContextOverflowError
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.turn.requests import open_model
from assistant.core.values.base import Value
from assistant.core.values.context import ContextPart, ContextPlan
from assistant.core.values.conversation import ChatMessage, Conversation, Message, Overflow, Placing
from assistant.core.values.events import Loaded, Loading, Queued
from assistant.core.values.models import ModelInfo, RenderedPrompt, TokenCounts
from assistant.core.values.sampling import Sampling
from assistant.language.messages import _, pgettext

EXCERPT_CHARS: Final = 300
"""Characters of a part that tell which one it is."""

MAX_COUNTED_WINDOWS: Final = 8
"""What is left out is counted exactly up to so many windows of text."""

Kind = Literal["system", "examples", "summary", "turn", "question", "template", "reserve", "free"]


SLICE_NAMES: Final[dict[Kind, str]] = {
    "system": pgettext("context window", "system prompt"),
    "examples": pgettext("context window", "examples"),
    "summary": pgettext("context window", "summary"),
    "turn": pgettext("context window", "turn"),
    "question": pgettext("context window", "next question"),
    "template": pgettext("context window", "template"),
    "reserve": pgettext("context window", "answer"),
    "free": pgettext("context window", "free"),
}


class PreviewPart(Value):
    """Part of the window, or of what stays out of it."""

    kind: Kind
    tokens: int
    exact: bool = True
    passages: int = 0
    """Tokens of passages and files among them."""
    cached: int = 0
    """Tokens that would not be read again."""
    included: bool = True
    reason: str = ""
    """Why it is left out."""
    placing: Placing | None = None
    message_ids: tuple[str, ...] = ()
    number: int = 0
    """Of a turn, from 1."""
    excerpt: str = ""
    """How it begins."""

    @property
    def name(self) -> str:
        """Name of the part, in words."""
        if self.kind == "turn":
            return _("turn {number}", number=self.number)
        return SLICE_NAMES[self.kind]

    @property
    def status(self) -> str:
        """State of its tokens, or why it has none; empty for what is never read."""
        if not self.included:
            return _("left out: {reason}", reason=_(self.reason))
        if self.kind in ("reserve", "free"):
            return ""
        if self.cached >= self.tokens:
            return pgettext("tokens", "cached")
        return _("{tokens:,} cached", tokens=self.cached) if self.cached else _("to read")


class ContextPreview(Value):
    """Preview of the window: its parts in the order in which the model reads them."""

    conversation_id: str
    title: str
    model: str
    window: int
    trained: int
    """Tokens that the model was trained on; its window grows up to that, unless it is fixed."""
    limited: bool
    """Whether the window would be larger if there were more memory."""
    overflow: Overflow
    told: int
    """Turns that the newest summary covers, for when they do not fit."""
    prompt_tokens: int
    cached: int
    """Tokens of the prompt that would not be read again."""
    slices: tuple[PreviewPart, ...]
    prompt: RenderedPrompt
    problem: str = ""
    """Why there is no prompt: the question does not fit."""

    @property
    def new(self) -> int:
        """Tokens of the prompt that are not in the cache."""
        return self.prompt_tokens - self.cached

    @property
    def growth(self) -> str:
        """Size that the window could have, in words; empty where it cannot grow."""
        if self.trained <= self.window:
            return ""
        if self.limited:
            return _("trained on {tokens:,}; not enough memory", tokens=self.trained)
        return _("trained on {tokens:,}", tokens=self.trained)

    @property
    def left_out(self) -> tuple[PreviewPart, ...]:
        """Parts that stay out of the window."""
        return tuple(each for each in self.slices if not each.included)


def preview_window(
    store: MessageStore,
    models: ModelCatalog,
    sampling: Sampling,
    conversation_id: str,
    stop: Event,
    question: str = "",
) -> Iterator[Queued | Loading | ContextPreview]:
    """Preview the window for the next question; the model is loaded first where it has to be.

    The window grows as it would for the question.

    Args:
        sampling: how answers are sampled, unless the conversation has it otherwise.
        question: what is going to be asked, as far as it is typed.

    Raises:
        AssistantError: the model cannot be loaded or the conversation cannot be read.
    """
    conversation = store.conversation(conversation_id)
    branch = store.branch(conversation.id)
    model = open_model(models, conversation)
    info: ModelInfo | None = None
    for event in model.load(stop):
        if isinstance(event, Loaded):
            info = event.info
        else:
            yield event
    if stop.is_set() or info is None:
        return
    chosen = conversation.sampling.over(sampling)
    problem = ""
    try:
        drafting = partial(_draft, conversation, branch, model, chosen, question)
        draft = yield from window_growth.fit_window(model, info, drafting, stop)
    except ContextOverflowError as failure:
        problem = str(failure)
        drafting = partial(_draft, conversation, branch, model, chosen, "")
        draft = yield from window_growth.fit_window(model, info, drafting, stop)
    info = completion.load_model(model, stop)
    if info is not None:
        prompt = model.render(draft.plan.messages, chosen.thinking)
        yield _preview(conversation, branch, model, info, draft, prompt, question, problem)


class _Draft(NamedTuple):
    """Draft of the prompt: what would be read, and how it was counted."""

    plan: ContextPlan
    measured: TokenCounts


def _draft(
    conversation: Conversation,
    branch: Sequence[Message],
    model: ChatModel,
    sampling: Sampling,
    question: str,
    window: int,
) -> _Draft:
    counting = _LastCount(partial(model.measure, thinking=sampling.thinking))
    plan = context_plan.plan(
        conversation.system_prompt,
        context_plan.group_turns(branch),
        [ChatMessage(role="user", content=question)],
        counting,
        window,
        context_plan.reserve_for(sampling.max_tokens, window),
        conversation.examples,
        context_plan.recap_for(conversation, branch),
    )
    return _Draft(plan, counting.last)


def _preview(
    conversation: Conversation,
    branch: Sequence[Message],
    model: ChatModel,
    info: ModelInfo,
    draft: _Draft,
    prompt: RenderedPrompt,
    question: str,
    problem: str,
) -> ContextPreview:
    plan, recap = draft.plan, context_plan.recap_for(conversation, branch)
    texts = _Texts(conversation, branch, question, recap.text if recap else "")
    slices = _slices(plan, draft.measured, prompt.cached, texts)
    return ContextPreview(
        conversation_id=conversation.id,
        title=conversation.title,
        model=model.name,
        window=plan.window,
        trained=info.trained_context,
        limited=info.limited,
        overflow=conversation.overflow,
        told=len(recap.covers) if recap else 0,
        prompt_tokens=plan.prompt_tokens,
        cached=min(prompt.cached, plan.prompt_tokens),
        slices=tuple(_counted(slices, branch, model, plan.window)),
        prompt=prompt,
        problem=problem,
    )


class _LastCount:
    """Counts, and keeps the last count."""

    def __init__(self, measure: Counting) -> None:
        self._measure = measure
        self.last = TokenCounts(total=0, parts=(), overhead=0)

    def __call__(self, messages: Sequence[ChatMessage]) -> TokenCounts:
        self.last = self._measure(messages)
        return self.last


class _Texts:
    """Texts of the parts of a plan, of which a preview shows how they begin."""

    def __init__(
        self, conversation: Conversation, branch: Sequence[Message], question: str, summary: str
    ) -> None:
        self._messages = {message.id: message for message in branch}
        first = conversation.examples[:1]
        self._fixed = {
            "system": conversation.system_prompt,
            "examples": first[0].content if first else "",
            "summary": summary,
            "question": question,
        }

    def excerpt(self, part: ContextPart) -> str:
        text = self._fixed.get(part.kind, "")
        if part.kind == "turn":
            text = self._messages[part.message_ids[0]].text
        return text[:EXCERPT_CHARS]


def _slices(
    plan: ContextPlan, measured: TokenCounts, cached: int, texts: _Texts
) -> list[PreviewPart]:
    """The parts, where they are in the cache, and what is left of the window."""
    slices: list[PreviewPart] = []
    start, number = measured.head, 0
    for part in plan.parts:
        number += part.kind == "turn"
        known = min(max(cached - start, 0), part.tokens) if part.included else 0
        start += part.tokens if part.included else 0
        slices.append(
            PreviewPart(
                kind=part.kind,
                tokens=part.tokens,
                cached=known,
                included=part.included,
                reason=part.reason,
                placing=part.placing,
                message_ids=part.message_ids,
                number=number if part.kind == "turn" else 0,
                excerpt=texts.excerpt(part),
            )
        )
    within = sum(each.cached for each in slices)
    template = PreviewPart(
        kind="template",
        tokens=measured.overhead,
        cached=min(max(min(cached, plan.prompt_tokens) - within, 0), measured.overhead),
    )
    free = plan.window - plan.prompt_tokens - plan.reserve
    reserve = PreviewPart(kind="reserve", tokens=plan.reserve)
    return [*slices, template, reserve, PreviewPart(kind="free", tokens=max(free, 0))]


def _counted(
    slices: Sequence[PreviewPart],
    branch: Sequence[Message],
    model: ChatModel,
    window: int,
) -> list[PreviewPart]:
    """Parts with what the plan had no need to count: turns left out, and shares of passages."""
    turns = [each for each in slices if each.kind == "turn"]
    out = [each for each in turns if not each.included]
    messages = {message.id: message for message in branch}
    limit = MAX_COUNTED_WINDOWS * window * context_plan.CHARS_PER_TOKEN
    if (
        sum(len(context_plan.as_sent(messages[id]).content) for t in out for id in t.message_ids)
        > limit
    ):
        out = []
    exact = _shares(out, messages, model)
    known = [each for each in turns if each.included or each.message_ids in exact]
    filled = [each for each in known if messages[each.message_ids[0]].sent is not None]
    bare = {id: message.model_copy(update={"sent": None}) for id, message in messages.items()}
    whole, words = _shares(filled, messages, model), _shares(filled, bare, model)
    return [
        each.model_copy(
            update={
                "tokens": exact.get(each.message_ids, each.tokens),
                "exact": each.included or each.message_ids in exact,
                "passages": max(whole.get(each.message_ids, 0) - words.get(each.message_ids, 0), 0),
            }
        )
        for each in slices
    ]


def _shares(
    turns: Sequence[PreviewPart], messages: Mapping[str, Message], model: ChatModel
) -> dict[tuple[str, ...], int]:
    """Tokens of these turns, where they can be counted."""
    sent = [context_plan.as_sent(messages[id]) for turn in turns for id in turn.message_ids]
    measured = model.measure(sent) if sent else None
    if measured is None or not measured.exact:
        return {}
    shares = iter(measured.parts)
    return {turn.message_ids: sum(next(shares) for _id in turn.message_ids) for turn in turns}
