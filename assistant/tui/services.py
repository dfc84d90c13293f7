"""Services: the ports that screens are given, a thread for blocking calls, model downloads.

Screens are given nothing that they could build themselves. A download goes on when its screen is
left, and ends with the program.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import ParamSpec, TypeVar

from assistant.core.conversations.start import (
    BuiltinVariables,
    begin_conversation,
    hinted_model,
)
from assistant.core.errors import AccessError, AssistantError, NotFoundError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.endpoints import Endpoints
from assistant.core.ports.library import Library
from assistant.core.ports.models import ModelCatalog, ModelDownloads
from assistant.core.prompts.library import PromptLibrary
from assistant.core.prompts.user_prompts import UserPrompts
from assistant.core.turn.chat import Chat
from assistant.core.values.conversation import Conversation
from assistant.core.values.models import Downloaded, DownloadProgress, Offer, RecommendedModel
from assistant.core.values.prompts import ConversationStart, Prompt
from assistant.settings import Settings
from assistant.system.clipboard import Clipboard
from assistant.tui.toolkit.threads import Report, Stream, in_thread
from assistant.user_settings import SettingChange, UserSettings


class ModelDownload:
    """Download of a model, one at a time."""

    def __init__(self, downloads: ModelDownloads | None, report: Report) -> None:
        self._downloads = downloads
        self._report = report
        self._stream: Stream[DownloadProgress | Downloaded] | None = None
        self._token: str | None = None
        self.offer: Offer | None = None
        """What is being fetched; None while nothing is."""
        self.progress: DownloadProgress | None = None
        self.ended: Callable[[Offer, AssistantError | None], object] | None = None
        """Called after a download that was not stopped, with what went wrong."""

    def recommended(self) -> list[RecommendedModel]:
        return self._downloads.recommended() if self._downloads else []

    async def find(self, wanted: str) -> Offer:
        """Look up what a download would bring.

        Raises:
            DownloadError: there is no such model, or no connection.
        """
        assert self._downloads is not None
        self._token = None
        try:
            return await in_thread(self._downloads.find, wanted)
        except AccessError:
            # The token of the user's login is shown only to a server that asks for one.
            self._token = ""
            return await in_thread(self._downloads.find, wanted, "")

    def start(self, offer: Offer) -> None:
        """Download the offer that was found last."""
        downloads, token = self._downloads, self._token
        assert downloads is not None
        self.stop()
        self.offer, self.progress = offer, None

        def advanced(events: Sequence[DownloadProgress | Downloaded]) -> None:
            for event in events:
                if isinstance(event, DownloadProgress):
                    self.progress = event

        def ended(failure: AssistantError | None) -> None:
            if self._stream is stream:
                self._stream = self.offer = self.progress = None
                if self.ended is not None:
                    self.ended(offer, failure)

        stream = Stream(
            lambda stop: downloads.fetch(offer, stop, token), advanced, ended, self._report
        )
        self._stream = stream

    def stop(self) -> None:
        """End the download; what has arrived is kept."""
        if self._stream is not None:
            self._stream.stop.set()
            self._stream = self.offer = self.progress = None


def holds_at_once(path: Sequence[str]) -> bool:
    """Whether a change of a setting holds at once, and not only from the next start on."""
    return path[0] in ("chat", "sampling", "screen")


P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Services:
    """Ports for the screens, and one thread for calls that wait for a disk or a program."""

    chat: Chat
    store: ConversationStore
    models: ModelCatalog
    prompts: PromptLibrary
    user_settings: UserSettings
    clipboard: Clipboard
    log_folder: Path
    library: Library
    download: ModelDownload
    report: Report
    endpoints: Endpoints | None = None
    """Servers of models."""
    models_folder: Path | None = None
    """Where models and adapters can be put to be found."""
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store")
    )

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call something that blocks; calls are made one after the other, in order."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))

    @property
    def settings(self) -> Settings:
        """What holds at this moment."""
        return self.user_settings.now

    async def change_setting(self, path: tuple[str, ...], value: object | None) -> SettingChange:
        """Change a setting in the user's file; it holds at once for what is begun from now on.

        Raises:
            SettingsError: the file cannot be changed.
        """
        change = await self.run(self.user_settings.change, path, value)
        self._apply(path)
        return change

    async def undo_setting(self, change: SettingChange) -> None:
        """Give a setting back what it had in the file.

        Raises:
            SettingsError: the file cannot be changed.
        """
        await self.run(self.user_settings.undo, change)
        self._apply(change.path)

    def _apply(self, path: tuple[str, ...]) -> None:
        """Tell what was built with a setting what it is now."""
        if path == ("chat", "model"):
            self.models.use_default(self.settings.chat.model)
        elif path[0] == "sampling":
            self.chat.sampling.settings = self.settings.sampling

    async def begin(self, *, temporary: bool = False) -> Conversation:
        """Make the conversation for a first question.

        Args:
            temporary: whether it lives in memory only.

        Raises:
            NotFoundError: the prompt of the settings is not there.
        """
        return await self.run(self._begin, temporary)

    def values_of(self, prompt: Prompt, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """Known values of a prompt's variables. Blocks: the clipboard is another program's.

        Args:
            given: what the screen knows of them.
        """
        return BuiltinVariables(self.clipboard.read).values(prompt.names, given)

    @property
    def own_prompts(self) -> UserPrompts:
        """The user's own prompt files."""
        return UserPrompts(self.prompts.own_folder)

    def callable_as(self, name: str) -> Prompt | None:
        """Prompt that a slash and this name call; None when there is none. Blocks.

        Raises:
            NotFoundError: its file cannot be used.
        """
        try:
            return self.prompts.get(name)
        except NotFoundError:
            _, problems = self.prompts.read()
            if any(PurePath(problem.path).stem == name for problem in problems):
                raise
        return None

    def prompt_of(self, conversation: Conversation | None) -> Prompt | None:
        """Current prompt of a conversation, or of a new one. Blocks."""
        name = conversation.prompt_name if conversation else self.settings.chat.prompt
        with suppress(AssistantError):
            return self.prompts.get(name) if name else None
        return None

    def switch_prompt(self, conversation_id: str, opening: ConversationStart) -> None:
        """Switch a conversation to another prompt, and to its model where there is one. Blocks."""
        model = hinted_model(opening, self.models)
        self.store.switch_prompt(conversation_id, opening, model)

    def close(self, seconds: float) -> None:
        """Wait for the calls that were begun; a call that hangs is left behind."""
        with suppress(TimeoutError):
            self._thread.submit(lambda: None).result(seconds)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _begin(self, temporary: bool) -> Conversation:
        name = self.settings.chat.prompt
        if not name:
            return begin_conversation(self.store, temporary=temporary)
        prompt = self.prompts.get(name)
        return begin_conversation(
            self.store,
            prompt,
            values=self.values_of(prompt),
            models=self.models,
            temporary=temporary,
        )
