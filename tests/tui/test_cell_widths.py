"""Text that terminals measure differently shifts nothing in its line."""

import pyte
import pytest
from rich.cells import cell_len

from assistant.tui.cell_widths import with_pinned_columns

DISPUTED = [
    "👍🏽",
    "👋🏿 olá",
    "हिन्दी में",
    "👩‍👩‍👧",
    "🇧🇷",
    "1️⃣",
    "❤️",
    "नमस्ते",
    "தமிழ்",
    "ภาษาไทย",
    "🫨",
]
AGREED = ["plain", "ação", "Ελληνικά", "漢字かな", "한국어", "→ ✓ │ ½", "“—”…"]
WIDTH = 40


def boxed(text: str, row: int) -> str:
    """A line of a box as the screen sends it: the cursor's place, then pieces in their styles."""
    inner = f"\x1b[1m {text}{' ' * (WIDTH - 3 - cell_len(text))}\x1b[0m"
    return f"\x1b[{row};1H\x1b[2m│\x1b[0m{inner}│"


def shown(output: str) -> pyte.Screen:
    """A terminal that adds up the widths of single characters."""
    screen = pyte.Screen(2 * WIDTH, len(DISPUTED))
    pyte.Stream(screen).feed(output)
    return screen


def borders(output: str) -> set[int]:
    """The columns of right borders."""
    rows = shown(output).buffer.values()
    return {x for row in rows for x, cell in row.items() if x and cell.data == "│"}


def test_a_border_stands_in_one_column_behind_whatever_the_line_holds() -> None:
    output = "".join(boxed(text, row) for row, text in enumerate(DISPUTED, 1))
    assert borders(output) != {WIDTH - 1}, "this terminal measures as the program does"
    assert borders(with_pinned_columns(output)) == {WIDTH - 1}


@pytest.mark.parametrize("text", DISPUTED)
def test_the_text_itself_is_sent_whole(text: str) -> None:
    assert text in with_pinned_columns(boxed(text, 3))


@pytest.mark.parametrize("text", AGREED)
def test_what_has_one_width_everywhere_is_sent_as_it_is(text: str) -> None:
    output = boxed(text, 1)
    assert with_pinned_columns(output) == output


def test_nothing_of_the_text_is_cut_off() -> None:
    output = with_pinned_columns(boxed("👍🏽👍🏿 thumbs  up", 1))
    assert "thumbs  up " in shown(output).display[0]


def test_only_lines_that_need_it_are_changed() -> None:
    plain, disputed = boxed("plain", 1), boxed("👍🏽", 2)
    assert with_pinned_columns(plain + disputed).startswith(plain + "\x1b[2;1H")
