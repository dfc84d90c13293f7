"""Foreign text is neither markup nor an escape sequence: the bytes of a real terminal say so."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hostile_app import END
from tests.support.hostile_texts import hostile_texts
from tests.support.terminal import Terminal, sequences

HARMFUL = {
    "]52": "the clipboard is set",
    "]0": "the title is set",
    "]2": "the title is set",
    "]9": "a notification is shown",
    "]1337": "a file is sent",
    "2J": "the screen is cleared",
    "3J": "the history is cleared",
    "ESC c": "the terminal is reset",
}

_HYPERLINK = re.compile("\x1b]8;[^;]*;([^\x1b]*)\x1b\\\\([^\x1b]*(?:\x1b\\[[^\x1b]*)*)")
_STYLES = re.compile("\x1b\\[[0-9;]*m")

HIDDEN = (
    *range(0x80, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x200B,
    0x200E,
    0x200F,
    0x061C,
    0xFEFF,
    *range(0xE0000, 0xE0080),
)


def test_there_are_more_than_200_texts() -> None:
    texts = hostile_texts()
    assert len(texts) >= 200
    assert len(set(texts)) > 190


@pytest.mark.parametrize("places", ["talk", "files", "chats"])
def test_no_text_at_any_place_reaches_the_terminal_as_a_command(home: Path, places: str) -> None:
    with tempfile.TemporaryDirectory(prefix="as-", dir="/tmp") as other:
        harmless = _parade(Path(other), "harmless", places)
    hostile = _parade(home, "hostile", places)
    sent = sequences(hostile)
    # Behind text that terminals measure differently the program goes back to the column itself.
    assert sent - sequences(harmless) - {"G"} == set()
    for kind, harm in HARMFUL.items():
        assert kind not in sent, harm
    shown = hostile.decode("utf-8")
    assert {f"U+{code:04X}" for code in HIDDEN if chr(code) in shown} == set()
    followed = set(_hyperlinks(shown))
    assert followed <= {"https://evil.example", "https://evil.example/"}
    assert followed or places != "talk"
    assert "https://evil.example" in shown
    assert "[/x]" in shown


def _hyperlinks(shown: str) -> Iterator[str]:
    """Where the hyperlinks lead that were sent to the terminal; what stands there says the same."""
    for address, words in _HYPERLINK.findall(shown):
        if address:
            yield address
            assert _STYLES.sub("", words).strip() in address, (address, words)


def _parade(home: Path, which: str, places: str) -> bytes:
    """All bytes sent while the texts are shown; ends as it should."""
    module, size = "tests.support.hostile_app", (90, 48)
    terminal = Terminal(module, str(home), which, places, size=size, VTE_VERSION="7000")
    terminal.until(END, seconds=240)
    terminal.process.send("\x11")
    assert terminal.end() == 0, terminal.sent[-2000:]
    assert not (home / "logs" / "assistant.log").exists()
    return terminal.sent
