"""Fakes of the ports: they keep the contract, and what they were asked.

The contract tests in `tests/contracts` run on these and on the real implementations alike.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import PurePath
from threading import Event
from time import monotonic
from types import MappingProxyType

from assistant.core.errors import (
    AdapterNotFoundError,
    AssistantError,
    ContextOverflowError,
    ModelNotFoundError,
)
from assistant.core.values.conversation import ChatMessage, Keep, StopReason, Timings, Usage
from assistant.core.values.events import (
    Finished,
    Loaded,
    Loading,
    ModelEvent,
    PrefillProgress,
    Queued,
    Thought,
    Wrote,
)
from assistant.core.values.models import (
    DeviceUse,
    ModelDetails,
    ModelFacts,
    ModelInfo,
    ModelRef,
    RenderedPrompt,
    TokenCounts,
)
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges, Thinking

PATIENCE = 30
"""Seconds after which a gate that nobody opens lets the answer go on, so that a test fails."""

_MARKS = ("<system>", "<user>", "<assistant>")
_TOKEN = re.compile(r"\s*\S+|\s+")


@dataclass(frozen=True)
class Question:
    """One call of `ScriptedModel.stream`."""

    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    keep: Keep = "disk"


class Gate:
    """Holds an answer back piece by piece, until the test lets it go on.

    `reached` is set while an answer waits; `open` lets everything through from now on.
    """

    def __init__(self, after: int = 0) -> None:
        """The first `after` pieces of an answer pass freely."""
        self.after = after
        self.reached = Event()
        self._opened = Event()

    def open(self) -> None:
        self._opened.set()

    def wait(self, piece: int, stop: Event) -> None:
        if piece < self.after or self._opened.is_set():
            return
        self.reached.set()
        deadline = monotonic() + PATIENCE
        while not self._opened.wait(0.002) and not stop.is_set() and monotonic() < deadline:
            pass


class ScriptedModel:
    """A ChatModel that answers from a script; one token is a word with the space before it.

    Attributes:
        questions: every call of `stream`, in order.
        measured: the message lists given to `measure`.
        loads: how often `load` was called.
        asked_windows: larger windows that were asked for.
        stopped: how many answers ended by the stop flag or by closing the generator.
        adapters: what it was opened with.
        template_problem: why its own template cannot be used.
        device: the graphics card that it is on.
    """

    def __init__(
        self,
        *answers: str | Sequence[str],
        name: str = "scripted",
        window: int = 4096,
        trained: int = 0,
        largest: int | None = None,
        gate: Gate | None = None,
        load_gate: Gate | None = None,
        load_error: AssistantError | None = None,
        stream_error: AssistantError | None = None,
        error_after: int = 0,
        queued: int = 0,
        thoughts: str = "",
        thought_gate: Gate | None = None,
    ) -> None:
        """Args:
        answers: one per question, the last one for ever after; a text is cut into its tokens,
            a list is taken as the pieces.
        trained: what its window may grow to; 0 is no more than it has.
        largest: what its window can grow to, out of memory; None is as much as it may.
        gate: holds the pieces of answers back.
        load_gate: holds the end of loading back.
        load_error: raised by `load`.
        stream_error: raised by `stream` after `error_after` pieces.
        thoughts: what it thinks before every answer.
        thought_gate: holds the end of that back.
        queued: how many requests of others come first, as `load` tells.
        """
        self.name = name
        self.window = window
        self.trained = trained
        self.largest = trained if largest is None else largest
        self.asked_windows: list[int] = []
        self.answers = answers or ("The capital of France is Paris.",)
        self.gate, self.load_gate = gate, load_gate
        self.load_error, self.stream_error, self.error_after = load_error, stream_error, error_after
        self.queued = queued
        self.thoughts, self.thought_gate = thoughts, thought_gate
        self.questions: list[Question] = []
        self.measured: list[tuple[ChatMessage, ...]] = []
        self.loads = 0
        self.stopped = 0
        self.adapters: tuple[AdapterUse, ...] = ()
        self.template_problem = ""
        self.device: DeviceUse | None = None
        self.host = ""

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            name=self.name,
            path=f"/models/{self.name}.gguf",
            description="a script",
            context_window=self.window,
            trained_context=max(self.trained, self.window),
            template_problem=self.template_problem,
            device=self.device,
        )

    def load(
        self, stop: Event, *, window: int | None = None
    ) -> Iterator[Queued | Loading | Loaded]:
        self.loads += 1
        if window is not None and window > self.window:
            self.asked_windows.append(window)
            self.window = max(self.window, min(window, self.largest))
        for ahead in range(self.queued, 0, -1):
            yield Queued(ahead=ahead)
        yield Loading(model=self.name, done=0)
        if self.load_gate:
            self.load_gate.wait(self.load_gate.after, stop)
        if self.load_error:
            raise self.load_error
        if not stop.is_set():
            yield Loading(model=self.name, done=1)
            yield Loaded(info=self.info)

    def measure(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> TokenCounts:
        self.measured.append(tuple(messages))
        parts = tuple(len(_tokens(message.content)) + 1 for message in messages)
        total = len(self.render(messages, thinking, formed=formed).tokens)
        return TokenCounts(total=total, parts=parts, overhead=total - sum(parts))

    def render(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> RenderedPrompt:
        """The prompt; a level of thinking that is asked for stands before all of it.

        There are no thoughts before an answer that has to have a form.
        """
        level = "off" if formed else thinking
        pieces = [] if level is None else [f"<thinking {level}>"]
        for message in messages:
            pieces += [f"<{message.role}>", *_tokens(message.content)]
        if not messages or messages[-1].role != "assistant":
            pieces.append("<assistant>")
        ids = (1 if piece in _MARKS else hash(piece) % 50_000 + 2 for piece in pieces)
        return RenderedPrompt(text="".join(pieces), tokens=tuple(ids), pieces=tuple(pieces))

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        prompt = len(self.render(messages).tokens)
        if prompt >= self.window:
            raise ContextOverflowError(
                f"The prompt is {prompt:,} tokens long and the window {self.window:,}."
            )
        script = self.answers[min(len(self.questions), len(self.answers) - 1)]
        self.questions.append(Question(tuple(messages), sampling, keep))
        pieces = _tokens(script) if isinstance(script, str) else list(script)
        limit = min(sampling.max_tokens or self.window, self.window - prompt)
        started, written, reason = monotonic(), 0, _reason(pieces, limit)
        try:
            yield PrefillProgress(done=prompt, total=prompt, cached=0)
            for thought in _tokens(self.thoughts) if sampling.thinking != 0 else ():
                yield Thought(text=thought)
            if self.thoughts and self.thought_gate:
                self.thought_gate.wait(self.thought_gate.after, stop)
            for piece in pieces[:limit]:
                if self.gate:
                    self.gate.wait(written, stop)
                if stop.is_set():
                    reason = "stopped"
                    break
                if self.stream_error and written >= self.error_after:
                    raise self.stream_error
                yield Wrote(text=piece)
                written += 1
            if self.stream_error and reason != "stopped":
                raise self.stream_error
        except GeneratorExit:
            self.stopped += 1
            raise
        self.stopped += reason == "stopped"
        yield Finished(
            reason=reason,
            usage=Usage(prompt_tokens=prompt, cached_tokens=0, completion_tokens=written),
            timings=_timings(started, written),
        )


class ScriptedModels:
    """A ModelCatalog over scripted models; the first one is the default.

    Attributes:
        opened: every name that was opened, in order.
        adapters: what each of those was opened with.
    """

    def __init__(
        self,
        *models: ScriptedModel,
        there: Sequence[ModelDetails] | None = None,
        usual: Sequence[AdapterUse] = (),
        refused: Mapping[str, AssistantError] = MappingProxyType({}),
    ) -> None:
        """Args:
        there: the adapters that were found; None lets every name be one, and lists none.
        usual: the adapters of the settings.
        refused: what loading says to adapters of these names.
        """
        self.there, self.usual, self.refused = there, tuple(usual), refused
        self.by_name = {model.name: model for model in models or (ScriptedModel(),)}
        self.recommended: dict[str, SamplingChanges] = {}
        """What the files of models recommend, by their names."""
        self.opened: list[str | None] = []
        self.adapters: list[Sequence[AdapterUse] | None] = []

        self.chosen: str | None = None
        """The default one, when it was chosen."""

    @property
    def default(self) -> ScriptedModel:
        return self.by_name[self.chosen] if self.chosen else next(iter(self.by_name.values()))

    def on_notice(self, tell: Callable[[str], object]) -> None:
        self.tell = tell

    def use_default(self, name: str | None) -> None:
        self.chosen = name

    def models(self) -> list[ModelRef]:
        return [
            ModelRef(name=name, path=f"/models/{name}.gguf", size=1_000_000, origin="models folder")
            for name in self.by_name
        ]

    def details(self, stop: Event, of: ModelRef | None = None) -> Iterator[ModelDetails]:
        for model in self.models() if of is None else [of]:
            yield ModelDetails(
                model=model,
                facts=ModelFacts(
                    architecture="llama", quantization="Q4_K_M", licence="apache-2.0",
                    parameters=135_000_000, trained_context=8192, has_template=True,
                ),
                fit="runs",
                memory=2_000_000,
                tokens_per_second=12.3,
            )  # fmt: skip
        yield from (self.there or ()) if of is None else ()

    def reference(self, name: str | None) -> ModelRef:
        wanted = self.default.name if name is None else name
        for model in (*self.models(), *(each.model for each in self.there or ())):
            if model.name.casefold() == wanted.casefold():
                return model
        if wanted.startswith("/"):
            return ModelRef(name=PurePath(wanted).stem, path=wanted, size=1, origin="path")
        raise ModelNotFoundError(f"There is no model called {wanted!r}.")

    def recommended_sampling(self, name: str | None) -> SamplingChanges:
        return self.recommended.get(self.reference(name).name, SamplingChanges())

    def _adapter(self, name: str) -> None:
        with suppress(ModelNotFoundError):
            self.reference(name)
            return
        raise AdapterNotFoundError(f"There is no adapter called {name!r}.", "Fetch it again.")

    def open(self, name: str | None, adapters: Sequence[AdapterUse] | None = None) -> ScriptedModel:
        self.opened.append(name)
        self.adapters.append(adapters)
        if name is not None and name not in self.by_name:
            raise ModelNotFoundError(f"There is no model called {name!r}.")
        model = self.default if name is None else self.by_name[name]
        uses = self.usual if adapters is None else tuple(adapters)
        for use in uses if self.there is not None else ():
            self._adapter(use.name)
        if uses != model.adapters:
            # What runs with other adapters goes on with those.
            model = copy(model)
            model.adapters = uses
            refusals = (self.refused.get(use.name) for use in uses)
            model.load_error = next(filter(None, refusals), model.load_error)
        return model

    def open_for_background(
        self, name: str | None, adapters: Sequence[AdapterUse] | None = None
    ) -> ScriptedModel:
        return self.open(name, adapters)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _reason(pieces: Sequence[str], limit: int) -> StopReason:
    return "length" if len(pieces) > limit else "end"


def _timings(started: float, tokens: int) -> Timings:
    seconds = max(monotonic() - started, 1e-6)
    return Timings(total_ms=seconds * 1000, tokens_per_second=tokens / seconds)
