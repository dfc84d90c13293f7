"""First frame: the widgets that the chat screen is there with, before anything is opened.

It knows no value and no port: they take longer to import than the frame to be drawn. The other
widgets join these when the workspace is built.
"""

from collections.abc import Iterator

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from assistant.tui.chat.panels import Panels, Welcome
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.composer.input import PromptInput
from assistant.tui.conversations.rows import ConversationTitle
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.toolkit.notice import Notice


class FirstFrame:
    """Widgets of an empty conversation: the list, a welcome, the prompt."""

    def __init__(self, notice: Notice, *, model_chosen: bool = False) -> None:
        """`model_chosen` is whether the settings name a model."""
        self.title = ConversationTitle()
        self.welcome = Welcome(model_chosen)
        self.sidebar = Sidebar()
        self.panels = Panels(self.sidebar)
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
