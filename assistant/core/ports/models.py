"""ChatModel, ModelCatalog, ModelDownloads, ModelTuning: models run, found, fetched and tuned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from threading import Event

    from assistant.core.values.conversation import ChatMessage, Keep
    from assistant.core.values.events import Loaded, Loading, ModelEvent, Queued
    from assistant.core.values.models import (
        Downloaded,
        DownloadProgress,
        ModelDetails,
        ModelRef,
        Offer,
        RecommendedModel,
        RenderedPrompt,
        TokenCounts,
    )
    from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges, Thinking
    from assistant.core.values.tuning import Trying, TunedOption


class ChatModel(Protocol):
    """A model that continues a list of messages.

    Every method raises `ModelError` or `EngineError` and returns soon after `stop` is set.
    A last message of role `assistant` is an unfinished answer, to be gone on with.
    """

    @property
    def name(self) -> str:
        """Name that the catalog has for it; known before it is loaded."""
        ...

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """Adapters it is run with, those of the settings included; known before it is loaded."""
        ...

    @property
    def host(self) -> str:
        """The machine that it runs on and messages are sent to; empty for this one."""
        ...

    def load(
        self, stop: Event, *, window: int | None = None
    ) -> Iterator[Queued | Loading | Loaded]:
        """Bring the model into memory; the last event is `Loaded`, unless stopped.

        Args:
            window: tokens that are needed. A smaller window grows where it can, as far as it can;
                what was read stays read.
        """
        ...

    def measure(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> TokenCounts:
        """Count tokens exactly. Texts far beyond the window are estimated from below.

        Args:
            thinking: how much is thought before the answer, which templates write into the prompt.
            formed: whether the answer has to have a form, which leaves some models no room for
                thoughts.
        """
        ...

    def render(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> RenderedPrompt:
        """Render the exact prompt text and its tokens; the rest is as in `measure`."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        """Write an answer; the last event is `Finished`, also after `stop`.

        Args:
            keep: a conversation that must not reach the disk is kept in memory; what is no part
                of any conversation, such as a title, takes no place in any cache.

        Raises:
            ContextOverflowError: the messages do not fit the window.
        """
        ...


class ModelCatalog(Protocol):
    """The models on this machine, and on servers that the settings name."""

    def models(self) -> list[ModelRef]:
        """Models that can be asked for, the default one first."""
        ...

    def details(self, stop: Event, of: ModelRef | None = None) -> Iterator[ModelDetails]:
        """Details of the models without loading them, and of files that are none.

        Headers that were not seen before are read in a process of its own, which takes a while.

        Args:
            of: this file alone, be it in any folder; None is all that are listed.
        """
        ...

    def reference(self, name: str | None) -> ModelRef:
        """The model called `name` (or at that path), or the default one.

        Raises `ModelNotFoundError`.
        """
        ...

    def recommended_sampling(self, name: str | None) -> SamplingChanges:
        """Sampling that the file of a model recommends itself; often nothing. Loads nothing.

        Raises `ModelNotFoundError`.
        """
        ...

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """Have `tell` called, in any thread, with a line for the user: that what runs the models
        did not answer and was ended, or that another version of the program is in use.
        """
        ...

    def use_default(self, name: str | None) -> None:
        """Take another model as the default one, by its name or path; None is the starter."""
        ...

    def open(self, name: str | None, adapters: Sequence[AdapterUse] | None = None) -> ChatModel:
        """The model called `name` (or at that path); None opens the default one.

        Loads nothing. Raises `ModelNotFoundError`, and `AdapterNotFoundError`, which is one.

        Args:
            adapters: what it is run with; None takes those of the settings.
        """
        ...

    def open_for_background(
        self, name: str | None, adapters: Sequence[AdapterUse] | None = None
    ) -> ChatModel:
        """The model for what nobody asked for, such as titles, in a conversation with this one.

        It runs on this machine, unless the settings name another one. Else as `open`.
        """
        ...


class ModelDownloads(Protocol):
    """Models that can be fetched. The only port that opens connections, and only when called.

    Raises `DownloadError`, and `AccessError` where a token is needed.
    """

    def recommended(self) -> list[RecommendedModel]:
        """The shipped catalogue, small models first. Opens no connection."""
        ...

    def find(self, wanted: str, token: str | None = None) -> Offer:
        """Look up what a download of `REPOSITORY[:FILE]` would fetch.

        Args:
            token: shown to the server; an empty one is the one that the user has logged in with.
        """
        ...

    def fetch(
        self, offer: Offer, stop: Event, token: str | None = None
    ) -> Iterator[DownloadProgress | Downloaded]:
        """Fetch a model; `Downloaded` comes last, unless stopped. What arrived is gone on with."""
        ...


class ModelTuning(Protocol):
    """Tuning of models: how fast they run here with so many threads, measured and remembered.

    Raises `ModelError`, `EngineError`, and `StorageError` where nothing can be remembered.
    """

    def measure(self, name: str | None, stop: Event, *, quick: bool) -> Iterator[Trying]:
        """Measure a model; `Tuned` comes last, unless stopped, and is remembered by then.

        Args:
            quick: whether seconds must do, at the cost of finer differences.
        """
        ...

    def in_use(self, name: str | None) -> tuple[TunedOption, ...]:
        """Values that a model is run with, and where each comes from."""
        ...

    def forget(self, name: str | None) -> int:
        """Delete the tunings of a model, or of all.

        Returns:
            How many were deleted.
        """
        ...
