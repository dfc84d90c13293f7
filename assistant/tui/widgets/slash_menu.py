"""The menu of commands that opens above the prompt while `/…` is typed."""

from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.tui import text
from assistant.tui.commands import BY_NAME, Command, key_name, matching


class SlashMenu(OptionList, can_focus=False):
    """Shows the commands that match; the prompt keeps the focus and hands the keys on."""

    class Chosen(Message):
        """A command was chosen with the mouse."""

        def __init__(self, command: Command) -> None:
            super().__init__()
            self.command = command

    def __init__(self) -> None:
        super().__init__(id="slash-menu", compact=True, markup=False)

    def on_mount(self) -> None:
        self.display = False

    def follow(self, typed: str) -> bool:
        """Show what matches the text of the prompt; whether the menu is open."""
        found = matching(typed[1:]) if _is_name(typed) else []
        self.display = bool(found)
        if found:
            self.set_options(_option(command) for command in found)
            self.highlighted = 0
        return bool(found)

    def move(self, step: int) -> None:
        """Highlight the next command, or the previous one."""
        if self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % self.option_count

    @property
    def chosen(self) -> Command | None:
        """The highlighted command; None while the menu is closed."""
        option = self.highlighted_option if self.display else None
        return BY_NAME.get(option.id or "") if option else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(BY_NAME[event.option_id or ""]))


def _is_name(typed: str) -> bool:
    return typed.startswith("/") and not any(mark.isspace() or mark == "/" for mark in typed[1:])


def _option(command: Command) -> Option:
    name = f"/{command.name} {command.argument}".strip()
    key = key_name(command.key.split(",")[0])
    return Option(
        text.own(name.ljust(17), text.ACCENT) + text.own(command.title.ljust(30)) + text.muted(key),
        id=command.name,
    )
