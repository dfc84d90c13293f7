"""The line above the transcript: which conversation it is."""

from assistant.core.models import Conversation
from assistant.tui import text
from assistant.tui.widgets.clickable import Clickable
from assistant.tui.widgets.order import order_of


class Title(Clickable):
    """Its title and the prompt it is under; a click on its sign opens the list of all."""

    def __init__(self) -> None:
        super().__init__(id="title")

    def tell(self, conversation: Conversation | None, *, temporary: bool = False) -> None:
        """Another conversation is shown, or it has changed.

        Args:
            temporary: whether it lives in memory only.
        """
        title = text.line(conversation.title if conversation else "") or text.own(
            "New conversation"
        )
        prompt = conversation.prompt_name if conversation else None
        menu = text.button("≡ ", "screen.command", "conversations", style=text.ACCENT)
        under = text.own(" · ") + text.line(prompt, 40) if prompt else text.NOTHING
        if temporary:
            under += text.own(" · temporary: in memory only", "$text-warning bold")
        elif conversation is not None and (order := order_of(conversation)):
            under += text.own(" · ") + order
        self.update(menu + title + under)
