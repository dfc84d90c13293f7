"""Visibility: what of a page a browser does not show, by tags, attributes and styles.

It goes by what CSS says of inheritance: what is not displayed takes all that is in it along, while
`visibility`, the size of letters and their colour can be set anew further in.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from assistant.library.readers.web.styles import Declarations, StyleSheet, declarations

_NEVER_SHOWN = frozenset(
    {"script", "style", "template", "noscript", "title", "object", "svg", "datalist", "audio"}
    | {"video", "canvas", "iframe"}
)
_SHOWN_WHEN_OPEN = {"dialog": "open"}
_LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))\s*([a-z%]*)")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "in": 96.0, "cm": 38.0, "mm": 3.8}
_PIXELS |= {"vw": 12.8, "vh": 8.0, "": 1.0}
_FAR = 900.0
"""Pixels outside the page at which nobody looks for text."""
_UNREADABLE = 2.0
"""Pixels: letters that are smaller are dots."""
_RELATIVE = frozenset({"em", "%"})
_EDGES = ("left", "top", "right", "bottom", "margin-left", "margin-top", "inset", "text-indent")
_STYLING = frozenset({"style", "hidden", "popover", "bgcolor", "color"})
_PLACING = frozenset(
    {"opacity", "content-visibility", "position", "transform", "clip-path", "clip"}
)
_PLACING |= {"overflow", "overflow-x", "overflow-y", "text-indent", "margin-left", "margin-top"}
"""Properties that can take an element out of sight."""
_INHERITED = frozenset({"visibility", "font-size", "font", "color", "background"})
_INHERITED |= {"background-color", "background-image", "background-clip"}
_CLIPPED = re.compile(
    r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)|inset\(\s*(?:50|[6-9]\d|100)%|circle\(\s*0|polygon\(\s*0[\s,)]"
)
_MOVED = re.compile(
    r"translate(?:3d|x|y)?\(\s*(?:0(?:px)?\s*,\s*)?(-?[\d.]+)(px|em|rem|vw)|scale\(\s*0\s*[,)]"
)
_COLOURS = {
    "black": "000000",
    "white": "ffffff",
    "red": "ff0000",
    "lime": "00ff00",
    "blue": "0000ff",
    "yellow": "ffff00",
    "gray": "808080",
    "grey": "808080",
    "silver": "c0c0c0",
    "navy": "000080",
    "green": "008000",
    "maroon": "800000",
    "whitesmoke": "f5f5f5",
    "snow": "fffafa",
}
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_FONT_SIZE = re.compile(r"(?:^|\s)((?:\d+\.?\d*|\.\d+)(?:px|pt|r?em|%)?)\s*(?:/|\s|$)")
TRANSPARENT = "transparent"


class Visibility(NamedTuple):
    """Whether the text of an element is shown, as far as what is in it inherits that."""

    displayed: bool = True
    visible: bool = True
    tiny: bool = False
    colour: str | None = None
    """Six hexadecimal digits; None when it is not known."""
    background: str | None = None

    @property
    def is_shown(self) -> bool:
        blends = self.colour is not None and self.colour in (self.background, TRANSPARENT)
        return self.displayed and self.visible and not self.tiny and not blends

    def within(self, tag: str, attributes: Mapping[str, str], sheet: StyleSheet) -> "Visibility":
        """The visibility of an element in the one that this is of."""
        if not self.displayed:
            return self
        if tag in _NEVER_SHOWN:
            return self._replace(displayed=False)
        if not attributes and not sheet and tag not in _SHOWN_WHEN_OPEN:
            return self
        style = _style(tag, attributes, sheet)
        if not style:
            return self
        if style.get("display") == "none" or _is_out_of_sight(style):
            return self._replace(displayed=False)
        if style.keys().isdisjoint(_INHERITED):
            return self
        visibility = style.get("visibility")
        return Visibility(
            True,
            self.visible if visibility in (None, "inherit") else visibility == "visible",
            _is_tiny(style, self.tiny),
            _text_colour(style, self.colour),
            _background(style, self.background),
        )


def _style(tag: str, attributes: Mapping[str, str], sheet: StyleSheet) -> Declarations:
    """What attributes, style sheets and the element's own style say, the last one first."""
    style: dict[str, str] = {}
    if attributes.keys().isdisjoint(_STYLING) and not sheet and tag not in _SHOWN_WHEN_OPEN:
        return style
    opened_by = _SHOWN_WHEN_OPEN.get(tag)
    closed = opened_by is not None and opened_by not in attributes
    if "hidden" in attributes or "popover" in attributes or closed:
        style["display"] = "none"
    if colour := attributes.get("bgcolor"):
        style["background-color"] = colour.strip().lower()
    if tag == "font" and (colour := attributes.get("color")):
        style["color"] = colour.strip().lower()
    if sheet:
        style |= sheet.of(tag, attributes)
    if own := attributes.get("style"):
        style |= declarations(own)
    return style


def _is_out_of_sight(style: Declarations) -> bool:
    """Whether an element has no room on the page, or lies beside it."""
    if style.keys().isdisjoint(_PLACING):
        return False
    if _is_zero(style.get("opacity")) or style.get("content-visibility") == "hidden":
        return True
    if _moved_away(style) or _CLIPPED.match(style.get("clip-path", "")):
        return True
    if style.get("position") in ("absolute", "fixed") and _CLIPPED.match(style.get("clip", "")):
        return True
    overflow = [style[name] for name in ("overflow", "overflow-x", "overflow-y") if name in style]
    if any("hidden" in value or "clip" in value for value in overflow):
        sides = ("height", "max-height", "width", "max-width")
        return any(_pixels(style.get(name)) in (0.0, 1.0) for name in sides)
    return False


def _moved_away(style: Declarations) -> bool:
    moved = _MOVED.search(style.get("transform", ""))
    if moved and (moved[1] is None or float(moved[1]) * _PIXELS[moved[2]] <= -_FAR):
        return True
    placed = style.get("position") in ("absolute", "fixed", "relative")
    for name in _EDGES:
        if name in ("left", "top", "right", "bottom", "inset") and not placed:
            continue
        pixels = _pixels(style.get(name))
        if pixels is not None and pixels <= -_FAR:
            return True
    return False


def _is_tiny(style: Declarations, inherited: bool) -> bool:
    size = style.get("font-size")
    if size is None and (font := _FONT_SIZE.search(style.get("font", ""))):
        size = font[1]
    if size is None or size == "inherit":
        return inherited
    length = _LENGTH.fullmatch(size)
    if length is None:
        return inherited and size in ("smaller", "larger")
    if length[2] in _RELATIVE:
        return inherited or float(length[1]) == 0
    return float(length[1]) * _PIXELS.get(length[2], 16.0) < _UNREADABLE


def _is_zero(value: str | None) -> bool:
    length = _LENGTH.fullmatch(value) if value else None
    return length is not None and float(length[1]) == 0


def _pixels(value: str | None) -> float | None:
    """A length in pixels; the first of several."""
    length = _LENGTH.match(value) if value else None
    if length is None or length[2] not in _PIXELS:
        return None
    return float(length[1]) * _PIXELS[length[2]]


def _text_colour(style: Declarations, inherited: str | None) -> str | None:
    if "color" not in style or style["color"] == "inherit":
        return inherited
    if "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return None
    return _colour(style["color"])


def _background(style: Declarations, inherited: str | None) -> str | None:
    if "background-image" in style or "url(" in style.get("background", ""):
        return None
    value = style.get("background-color", style.get("background"))
    if value is None:
        return inherited
    if value in ("none", "inherit", "") or (colour := _colour(value)) == TRANSPARENT:
        return inherited
    return colour


def _colour(value: str) -> str | None:
    """Six hexadecimal digits, or that it is transparent; None for what is not understood."""
    value = value.strip()
    if value == TRANSPARENT or value in _COLOURS:
        return _COLOURS.get(value, value)
    if channels := _RGB.fullmatch(value):
        if channels[4] is not None and _is_zero(channels[4]):
            return TRANSPARENT
        return "".join(f"{min(int(channel), 255):02x}" for channel in channels.group(1, 2, 3))
    digits = value.removeprefix("#")
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        return "".join(digit * 2 for digit in digits)
    return digits if re.fullmatch(r"[0-9a-f]{6}", digits) else None
