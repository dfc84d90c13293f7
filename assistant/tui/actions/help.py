"""Help screen: keys and commands in three columns, filtered as one types."""

from collections.abc import Iterator
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from assistant.command_table import COMMANDS, GROUP_TITLES, Command
from assistant.keymap import Keymap, key_name
from assistant.language.messages import _
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import Row, RowStack, SafeInput

KEY_CELLS: Final = 17
NAME_CELLS: Final = 17


class HelpLine(NamedTuple):
    """What a key does."""

    keys: str
    what: str
    short: str = ""
    """The same in fewer words."""
    name: str = ""
    """What is typed after a slash for it."""

    def fits(self, words: list[str]) -> bool:
        """Whether it has to do with all words."""
        whole = f"{self.keys} {self.what} {self.short} /{self.name}".casefold()
        return all(word in whole for word in words)

    def row(self, width: int) -> Row:
        """Its columns at a width in cells."""
        keys = text.own(f"{self.keys:<{KEY_CELLS - 1}} ", text.ACCENT)
        if not self.name:
            return Row(keys + text.own(self.what))
        room = width - KEY_CELLS - NAME_CELLS - 1
        what = self.what if len(self.what) <= room or not self.short else self.short
        return Row(keys + text.own(what), text.muted(f"/{self.name}".ljust(NAME_CELLS)))


TYPING: Final = (
    HelpLine(key_name("shift+enter"), _("Start a new line; or type \\ before Enter")),
    HelpLine(f"{key_name('ctrl+up')} {key_name('ctrl+down')}", _("Go through earlier questions")),
    HelpLine("#", _("Name a collection to ask about")),
    HelpLine("Tab", _("Go through messages, code, wide tables and folded parts")),
    HelpLine(key_name("enter"), _("There: unfold it, or show its full width")),
    HelpLine(key_name("shift+tab"), _("Go to the list of conversations")),
    HelpLine(f"{key_name('pageup')} {key_name('pagedown')}", _("Scroll")),
)


def everyday(keymap: Keymap) -> list[HelpLine]:
    """The ten keys that are needed every day."""
    lines = [
        HelpLine(key_name("enter"), _("Send the question")),
        HelpLine(key_name("ctrl+j"), _("Start a new line")),
        HelpLine(keymap.key("stop"), _("Stop the answer; close what is open")),
        HelpLine("↑", _("In an empty prompt: edit the last question")),
        HelpLine("/", _("In an empty prompt: all commands")),
        HelpLine("@", _("Attach a file, or name a folder to ask about")),
    ]
    for name, what in (
        ("new", _("New conversation")),
        ("conversations", _("The list of conversations")),
        ("find", _("Search all conversations")),
        ("copy", _("Copy the answer")),
    ):
        lines.append(HelpLine(keymap.key(name), what, "", name))
    return lines


def command_line(command: Command, keymap: Keymap) -> HelpLine:
    """A command with the keys that can be relied on here."""
    keys = [keymap.key(command.name), keymap.message_key(command.name)]
    shown = _(" or ").join(filter(None, keys))
    return HelpLine(shown, command.description, command.title, command.name)


class Help(Dialog[None]):
    """All keys and commands; what is typed filters them, Esc closes."""

    AUTO_FOCUS = "#help-filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "leave", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = SafeInput(placeholder=_("type to filter"), id="help-filter", compact=True)
        self._lines = Static(id="help-lines")
        self._scroll = VerticalScroll(self._lines, id="help-scroll", can_focus=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide", id="help"):
            yield self._filter
            yield self._scroll
            yield Static(text.muted(_("↑ ↓ scroll · Esc closes")))

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self.call_after_refresh(self._show)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()
        self._scroll.scroll_home(animate=False)

    def action_scroll(self, rows: int) -> None:
        self._scroll.scroll_relative(y=rows, animate=False)

    def _show(self) -> None:
        width = self._scroll.scrollable_content_region.width
        if width:
            rows = list(self._rows(width))
            nothing = [Row(text.muted(_("No matching key or command.")))]
            self._lines.update(RowStack(*(rows or nothing)))

    def _rows(self, width: int) -> Iterator[Row]:
        words = self._filter.value.casefold().split()
        for title, lines in self._sections():
            found = [line for line in lines if line.fits(words)]
            if found:
                yield Row(text.own(title, "bold $text-accent"))
                yield from (line.row(width) for line in found)
                yield Row(text.EMPTY)

    def _sections(self) -> Iterator[tuple[str, list[HelpLine]]]:
        keymap = keymap_of(self)
        yield _("Every day"), everyday(keymap)
        yield _("Typing"), list(TYPING)
        for group, title in GROUP_TITLES.items():
            members = [command for command in COMMANDS if command.group == group]
            yield title, [command_line(command, keymap) for command in members]
