"""First frame: the widgets that the chat screen is there with, before anything is opened.

It knows no value and no port: they take longer to import than the frame to be drawn. The other
widgets join these when the workspace is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from assistant.keymap import DEFAULT_KEYMAP, Keymap
from assistant.settings_source import SettingsSource
from assistant.tui.chat.panels import Panels, Welcome
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.composer.input import PromptInput
from assistant.tui.conversations.rows import ConversationTitle
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.toolkit.notice import Notice


@dataclass(frozen=True)
class Appearance:
    """How the first frame looks, by settings that nobody has checked yet."""

    keymap: Keymap = DEFAULT_KEYMAP
    model_chosen: bool = False
    """Whether the settings name a model."""
    stays_here: bool = True
    """Whether the settings name no server of models."""
    conversations: str = "auto"
    sources: str = "auto"

    @staticmethod
    def of(
        given: SettingsSource, keymap: Keymap = DEFAULT_KEYMAP, *, model_chosen: bool = False
    ) -> Appearance:
        """The look that the settings ask for; what they do not say is as usual."""
        return Appearance(
            keymap,
            model_chosen,
            not given.values.get("endpoints"),
            given.text("screen", "conversations") or "auto",
            given.text("screen", "sources") or "auto",
        )


class FirstFrame:
    """Widgets of an empty conversation: the list, a welcome, the prompt."""

    def __init__(self, notice: Notice, appearance: Appearance) -> None:
        self.title = ConversationTitle()
        models = "" if appearance.model_chosen else appearance.keymap.key("models") or "/models"
        self.welcome = Welcome(models, stays_here=appearance.stays_here)
        self.sidebar = Sidebar()
        self.panels = Panels(self.sidebar, appearance.conversations, appearance.sources)
        self.notice = notice
        self.prompt = PromptInput()
        self.status_line = StatusLine()
        self._conversation = Vertical(self.title, self.welcome, id="conversation")
        self._body = Horizontal(self.sidebar, self._conversation, id="body")

    def compose(self) -> Iterator[Widget]:
        """Widgets of the screen, from the top."""
        yield self._body
        yield self.notice
        yield self.prompt
        yield self.status_line

    async def join(
        self, transcript: Widget, sources: Widget, job_line: Widget, menus: tuple[Widget, ...]
    ) -> None:
        """Put the widgets that an empty conversation does not show in their places."""
        screen = self.prompt.screen
        self.panels.add_sources(sources)
        await self._conversation.mount(transcript)
        await self._body.mount(sources)
        await screen.mount(job_line, before=self.notice)
        await screen.mount(*menus, before=self.prompt)
