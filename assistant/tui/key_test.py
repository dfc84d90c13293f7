"""Key test: which keys of the commands reach the program here, pressed one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.command_table import BY_NAME
from assistant.keymap import Keymap, key_name
from assistant.language.messages import _, ngettext
from assistant.tui.terminal import TerminalDriver
from assistant.tui.themes import DARK
from assistant.tui.toolkit import text

SKIP: Final = "space"
END: Final = "escape"
COLUMN_CELLS: Final = 38


@dataclass
class KeyResults:
    """What was pressed so far."""

    keys: tuple[tuple[str, str], ...]
    """Keys to press, each with its command."""
    arrived: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """Keys that were pressed, as the user says, and did not arrive."""

    @staticmethod
    def of(keymap: Keymap) -> "KeyResults":
        """Results for the keys that work everywhere; Esc ends the test and is none of them."""
        return KeyResults(
            tuple((key, name) for name, keys in keymap.keys.items() for key in keys if key != END)
        )

    @property
    def next(self) -> str:
        """The key to be pressed next; empty when all were."""
        return next(self._left(), "")

    def _left(self) -> Iterator[str]:
        for key, _unused in self.keys:
            if key not in self.arrived | self.missing:
                yield key

    def press(self, *keys: str) -> bool:
        """Note what has arrived, by all its names.

        Returns: whether it is one of the keys.
        """
        wanted = {key for key, _unused in self.keys}
        found = wanted.intersection(keys)
        self.arrived |= found
        self.missing -= found
        return bool(found)

    def skip(self) -> None:
        """Note that the next key did not arrive."""
        if self.next:
            self.missing.add(self.next)

    def lines(self) -> Iterator[str]:
        """The results in words, a line each."""
        yield _("{arrived} of {keys} keys arrived.", arrived=len(self.arrived), keys=len(self.keys))
        for key, name in self.keys:
            if key in self.missing:
                setting = name.replace("-", "_")
                yield (
                    _(
                        "{key} did not arrive. /{name} works without it; `assistant settings set "
                        "keys.{setting} KEY` sets another key.",
                        key=key_name(key),
                        name=name,
                        setting=setting,
                    )
                )
        left = len(list(self._left()))
        if left:
            yield ngettext("{n} key was not tried.", "{n} keys were not tried.", left, n=left)


class KeyTest(App[None]):
    """Screen on which the keys are pressed; no key does anything else."""

    CSS: ClassVar[str] = """
    #asked { height: auto; padding: 1 2; }
    #pressed { height: 1fr; padding: 0 2; }
    #pressed Static { height: auto; }
    #ends { height: auto; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.results = KeyResults.of(keymap)
        self._taken = {key: title for _unused, key, title in keymap.taken()}
        self._unknown = ""
        self._asked = Static(id="asked")
        self._list = Static()
        self._scroll = VerticalScroll(self._list, id="pressed", can_focus=False)
        self.register_theme(DARK)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._asked
            yield self._scroll
            yield Static(text.muted(_("Space: the key did not arrive · Esc ends")), id="ends")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    async def on_event(self, event: events.Event) -> None:
        """Take every key before anything is done with it."""
        if isinstance(event, events.Key):
            self._pressed(event)
        else:
            await super().on_event(event)

    def _pressed(self, event: events.Key) -> None:
        self._unknown = ""
        if self.results.press(event.key, *event.aliases):
            pass
        elif event.key == END:
            self.exit()
            return
        elif event.key == SKIP:
            self.results.skip()
        else:
            self._unknown = event.key
        self._show()

    def _show(self) -> None:
        wanted = self.results.next
        if wanted:
            key = text.own(key_name(wanted), "bold $accent")
            ask = text.filled(_("Press {key}"), key=key)
            taken = self._taken.get(wanted)
            usual = _("{program} usually uses this key", program=taken)
            note = text.muted(f"   {usual}" if taken else "")
        else:
            ask, note = text.own(_("All keys were tried."), "bold"), text.EMPTY
        arrived = _("{key} arrived", key=key_name(self._unknown))
        came = text.line(f"   {arrived}", 60, text.MUTED)
        self._asked.update(ask + (came if self._unknown else note))
        columns = max((self.size.width - 4) // COLUMN_CELLS, 1)
        cells = [self._cell(key, name) for key, name in self.results.keys]
        rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
        self._list.update(text.joined([text.joined(row) for row in rows], "\n"))
        keys = [key for key, _unused in self.results.keys]
        row = keys.index(wanted) // columns if wanted else len(rows)
        self._scroll.scroll_to(y=row - self._scroll.size.height // 2, animate=False)

    def _cell(self, key: str, name: str) -> Content:
        sign, style = "·", text.MUTED
        if key in self.results.arrived:
            sign, style = "✓", "$success"
        elif key in self.results.missing:
            sign, style = "✗", "$error"
        label = text.own(f"{sign} {key_name(key):<14}{BY_NAME[name].title}", style)
        cell = label.truncate(COLUMN_CELLS - 2, ellipsis=True)
        return cell.pad_right(COLUMN_CELLS - cell.cell_length)


def run_key_test(keymap: Keymap) -> KeyResults:
    """Show the test until the user ends it."""
    test = KeyTest(keymap)
    test.run()
    return test.results
