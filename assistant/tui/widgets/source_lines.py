"""How the sources of an answer read: their place in few letters, their strength as dots."""

from pathlib import PurePath
from typing import Final

from textual.content import Content

from assistant.core.models import Place, Strength
from assistant.core.references import Reference
from assistant.tui import text
from assistant.tui.widgets.spread import Row, Spread

DOTS: Final[dict[Strength, str]] = {"verbatim": "●●●", "supported": "●●", "weak": "●"}
NOT_CITED: Final = "○"
STYLES: Final[dict[Strength, str]] = {
    "verbatim": "$text-success",
    "supported": "$text-success",
    "weak": "$text-warning",
}
IN_WORDS: Final[dict[Strength | None, str]] = {
    "verbatim": "word for word",
    "supported": "supported",
    "weak": "in part",
    None: "read, not cited",
}
LONGEST_PLACE: Final = 18
"""Cells of a place in a row."""


def name_of(path: str) -> str:
    """The file's name; of a path that has none, all of it."""
    return PurePath(path).name or path


def dots(strength: Strength | None) -> Content:
    """Three for what is said word for word, a ring for what is not cited at all."""
    if strength is None:
        return text.muted(NOT_CITED)
    return text.own(DOTS[strength], STYLES[strength])


def short_place(place: Place) -> str:
    """Such as `p. 4`, `L 31–40`, `Budget r. 7` or `§ Rent`; what is most exact of it."""
    if place.page is not None:
        return f"p. {place.page}"
    if place.row is not None:
        return f"{place.sheet or ''} r. {place.row}".strip()
    if place.sheet is not None:
        return place.sheet
    if place.line_start is not None:
        end = place.line_end or place.line_start
        return f"L {end}" if end == place.line_start else f"L {place.line_start}–{end}"
    return f"§ {place.heading[-1]}" if place.heading else ""


def entry(reference: Reference, changed: str = "", *, checked: bool = True) -> Spread:
    """A passage that the model read.

    Args:
        changed: what became of its file since.
        checked: whether it is known how well it bears out the answer.
    """
    number = text.own(f"{reference.number} ", text.ACCENT)
    name = text.line(name_of(reference.path), 80)
    place = text.line(short_place(reference.place), LONGEST_PLACE, text.MUTED)
    strength = dots(reference.strength) if checked else text.muted("…")
    strength = strength.pad_right(3 - strength.cell_length)
    quote = text.own("  ") + text.line(reference.quote.text, 200, text.MUTED)
    rows = [Row(number + name, place + text.own("  ") + strength), Row(quote)]
    if changed:
        rows.append(Row(text.own(f"  {changed}", "$text-warning")))
    return Spread(*rows)


def unused_entry(reference: Reference) -> Spread:
    """A passage that was found and not used, with the reason."""
    name = text.own("  ") + text.line(name_of(reference.path), 80, text.MUTED)
    place = text.line(short_place(reference.place), LONGEST_PLACE, text.MUTED)
    return Spread(Row(name, place + text.own("  ") + text.muted(_why(reference))))


def _why(reference: Reference) -> str:
    match reference.unfit:
        case "duplicate":
            return "duplicate"
        case "budget":
            return "no room"
        case _:
            return "too far"
