"""What the screens are given: the ports, and nothing they could build themselves."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import ParamSpec, TypeVar

from assistant.clipboard import Clipboard
from assistant.core.beginning import begin, hinted_model, take_up
from assistant.core.chat import Chat
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.models import Conversation
from assistant.core.ports import ConversationStore, Library, ModelCatalog
from assistant.core.prompts import Opening, Prompt, PromptLibrary
from assistant.core.prompts.own import OwnPrompts
from assistant.core.surroundings import Surroundings
from assistant.settings import Settings
from assistant.tui.fetching import ModelFetch
from assistant.tui.turns import Report

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Desk:
    """The ports, and one thread for the calls that wait for a disk or a program."""

    chat: Chat
    store: ConversationStore
    models: ModelCatalog
    prompts: PromptLibrary
    settings: Settings
    clipboard: Clipboard
    log_folder: Path
    library: Library
    fetch: ModelFetch
    report: Report
    models_folder: Path | None = None
    """Where models and adapters can be put to be found."""
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store")
    )

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call something that blocks; calls are made one after the other, in order."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))

    async def begin(self, *, temporary: bool = False) -> Conversation:
        """Make the conversation for a first question.

        Args:
            temporary: whether it lives in memory only.

        Raises:
            NotFoundError: the prompt of the settings is not there.
        """
        return await self.run(self._begin, temporary)

    def values_of(self, prompt: Prompt, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """What is known of a prompt's variables. Blocks: the clipboard is another program's.

        Args:
            given: what the screen knows of them.
        """
        return Surroundings(self.clipboard.read).values(prompt.names, given)

    @property
    def own_prompts(self) -> OwnPrompts:
        """The user's own prompt files."""
        return OwnPrompts(self.prompts.own_folder)

    def callable_as(self, name: str) -> Prompt | None:
        """The prompt that is called by its name after a slash; None when there is none. Blocks.

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
        """The prompt that a conversation is under, or would begin with, as it is now. Blocks."""
        name = conversation.prompt_name if conversation else self.settings.chat.prompt
        with suppress(AssistantError):
            return self.prompts.get(name) if name else None
        return None

    def take_up(self, conversation_id: str, opening: Opening) -> None:
        """Let a conversation go on under another prompt, and under its model where there is one.
        Blocks."""
        take_up(self.store, conversation_id, opening, hinted_model(opening, self.models))

    def close(self, seconds: float) -> None:
        """Finish the calls that were begun; a call that hangs is left behind."""
        with suppress(TimeoutError):
            self._thread.submit(lambda: None).result(seconds)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _begin(self, temporary: bool) -> Conversation:
        name = self.settings.chat.prompt
        if not name:
            return begin(self.store, temporary=temporary)
        prompt = self.prompts.get(name)
        return begin(
            self.store,
            prompt,
            values=self.values_of(prompt),
            models=self.models,
            temporary=temporary,
        )
