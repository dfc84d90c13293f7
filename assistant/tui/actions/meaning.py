"""Which conversation a command is for."""

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.core.models import Conversation
from assistant.tui import text

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def meant(screen: "ChatScreen") -> Conversation | None:
    """The one under the cursor while the list has the focus, else the one that is read.

    None for a conversation without anything in it.
    """
    highlighted = screen.sidebar.highlighted
    if highlighted is not None and screen.sidebar.has_focus_within:
        return await screen.desk.run(screen.desk.store.conversation, highlighted.id)
    id = screen.session.id
    if id is None or not screen.session.messages:
        return None
    return await screen.desk.run(screen.desk.store.conversation, id)


def quoted(title: str) -> Content:
    """A title within a sentence."""
    return text.own("“") + text.line(title or "Untitled", 40) + text.own("”")
