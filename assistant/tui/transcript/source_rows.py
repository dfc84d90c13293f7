"""Rows of sources: file, place and how well a passage supports the answer."""

from pathlib import PurePath
from typing import Final

from textual.content import Content

from assistant.core.grounding.references import Reference
from assistant.core.values.conversation import Place, Strength
from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Row, RowStack

STRENGTH_DOTS: Final[dict[Strength, str]] = {
    "verbatim": "●●●",
    "supported": "●●",
    "weak": "●",
    "contradicted": "✗",
}
NOT_CITED: Final = "○"
STRENGTH_STYLES: Final[dict[Strength, str]] = {
    "verbatim": "$text-success",
    "supported": "$text-success",
    "weak": "$text-warning",
    "contradicted": "$text-error",
}
STRENGTH_TEXTS: Final[dict[Strength | None, str]] = {
    "verbatim": _("word for word"),
    "supported": _("supported"),
    "weak": _("partly supported"),
    "contradicted": _("says the opposite"),
    None: _("read, not cited"),
}
MAX_PLACE_CELLS: Final = 18
"""Cells of a place in a row."""


def file_name(path: str) -> str:
    """File name of a path; of a path that has none, all of it."""
    return PurePath(path).name or path


def strength_dots(strength: Strength | None) -> Content:
    """Strength as dots: three for word for word, a ring for what is not cited at all."""
    if strength is None:
        return text.muted(NOT_CITED)
    return text.own(STRENGTH_DOTS[strength], STRENGTH_STYLES[strength])


def short_place(place: Place) -> str:
    """Place of a passage in few letters: `p. 4`, `L 31–40`, `Budget r. 7` or `§ Rent`."""
    if place.page is not None:
        return _("p. {page}", page=place.page)
    if place.row is not None:
        row = _("r. {row}", row=place.row)
        return f"{place.sheet} {row}" if place.sheet else row
    if place.sheet is not None:
        return place.sheet
    if place.line_start is not None:
        end = place.line_end or place.line_start
        if end == place.line_start:
            return _("L {line}", line=end)
        return _("L {first}–{last}", first=place.line_start, last=end)
    return f"§ {place.heading[-1]}" if place.heading else ""


def source_entry(reference: Reference, changed: str = "", *, checked: bool = True) -> RowStack:
    """Row of a passage that the model read.

    Args:
        changed: what became of its file since.
        checked: whether it is known how well it bears out the answer.
    """
    number = text.own(f"{reference.number} ", text.ACCENT)
    name = text.line(file_name(reference.path), 80)
    place = text.line(short_place(reference.place), MAX_PLACE_CELLS, text.MUTED)
    strength = strength_dots(reference.strength) if checked else text.muted("…")
    strength = strength.pad_right(3 - strength.cell_length)
    quote = text.own("  ") + text.line(reference.quote.text, 200, text.MUTED)
    rows = [Row(number + name, place + text.own("  ") + strength), Row(quote)]
    if changed:
        rows.append(Row(text.own(f"  {_(changed)}", "$text-warning")))
    return RowStack(*rows)


def unused_source_entry(reference: Reference) -> RowStack:
    """Row of a passage that was found and not used, with the reason."""
    name = text.own("  ") + text.line(file_name(reference.path), 80, text.MUTED)
    place = text.line(short_place(reference.place), MAX_PLACE_CELLS, text.MUTED)
    return RowStack(Row(name, place + text.own("  ") + text.muted(_unused_reason(reference))))


def _unused_reason(reference: Reference) -> str:
    match reference.unfit:
        case "duplicate":
            return _("duplicate")
        case "budget":
            return _("did not fit")
        case _:
            return _("not relevant")
