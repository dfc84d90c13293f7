"""Cell widths: what follows text that terminals measure differently stays in its column.

An emoji with a skin tone, a vowel sign, a joined or a new character takes two columns here, four in
tmux, one elsewhere, and what follows in its line would be shifted: borders, other columns. It is
moved back to its column behind a gap, which has room for what it takes at most.
"""

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

_DISPUTED: Final = re.compile(
    "[^\0-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u200a\u2010-\u2027\u2030-\u205f\u2070-\u20cf"
    "\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff9d]"
)
"""What is not of the blocks of letters, signs and ideographs that have one width everywhere."""

_MOVE: Final = re.compile(r"(\x1b\[\d+;\d+H)")
_ESCAPE: Final = re.compile(
    r"(\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]|[\r\n])"
)

_TEXT_AND_GAP: Final = re.compile("([^ ]*(?: [^ ]+)*)( *)")


def with_pinned_columns(output: str) -> str:
    """Output for the terminal in which text behind disputed text and a gap begins at its column.

    Args:
        output: text and escape sequences, each line behind the move of the cursor to its place.
    """
    if not _DISPUTED.search(output):
        return output
    before, *lines = _MOVE.split(output)
    return before + "".join(
        move + ("".join(_pinned(move, line)) if _DISPUTED.search(line) else line)
        for move, line in zip(lines[::2], lines[1::2], strict=True)
    )


def _pinned(move: str, line: str) -> Iterator[str]:
    column = int(move[move.index(";") + 1 : -1])
    excess = blanks = 0
    is_shifted = False
    for place, piece in enumerate(_ESCAPE.split(line)):
        is_escape = place % 2 == 1
        if is_escape:
            yield piece
            continue
        for text, gap in _TEXT_AND_GAP.findall(piece):
            if _DISPUTED.search(text):
                is_shifted = True
                excess += sum(map(_most_cells, text)) - cell_len(text)
            blanks = len(gap) if text else blanks + len(gap)
            column += cell_len(text) + len(gap)
            yield text + gap
            free = min(len(gap), blanks - excess)
            if is_shifted and free > 0:
                # Once more, where they belong: nothing older shines through.
                yield f"\x1b[{column - free}G{' ' * free}"
                excess, is_shifted = 0, False


def _most_cells(character: str) -> int:
    """Columns that a character takes at most, where none is joined with another."""
    return 2 if character >= "\U0001f000" else cell_len(character) or 1
