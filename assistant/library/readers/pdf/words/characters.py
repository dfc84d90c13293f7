"""Characters of a PDF's page as PDFium gives them: their boxes, angles, fonts and base lines."""

import ctypes
import math
import re
import struct
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

from assistant.library.readers.pdf.words.legibility import text_of

_BOLD = re.compile(rb"(?i)bold|black|heavy|[-,]bd\b|semib")
_FONT_NAME = ctypes.c_ulong(100)
"""Bytes of a font's name that are looked at."""
_FORCE_BOLD = 1 << 18
"""A flag of a font descriptor: PDF 32000-1, table 123."""
_ROOM = 2048
_BOXES = (raw.FS_RECTF * _ROOM)()
_EDGES = memoryview(_BOXES).cast("B")
_SIZE = ctypes.sizeof(raw.FS_RECTF)
_PLACES = [ctypes.byref(box) for box in _BOXES]
_FONT_OF = ctypes.cast(raw.FPDFText_GetFontInfo, ctypes.PYFUNCTYPE(None))
_ANGLE_OF = ctypes.cast(raw.FPDFText_GetCharAngle, ctypes.PYFUNCTYPE(ctypes.c_float))
_BOX_OF = ctypes.cast(raw.FPDFText_GetLooseCharBox, ctypes.PYFUNCTYPE(None))
_OBJECT_OF = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.PYFUNCTYPE(ctypes.c_void_p))
"""Told nothing of its arguments: ctypes takes most of the time of a call to look at them."""
_ASKED = 3
"""Characters that tell which direction most of a page has."""

_Edges = tuple[float, ...]
"""Left, upper, right and lower edge."""


class CharBox(NamedTuple):
    """Where a character, or several, stand, in points; upwards is more."""

    left: float
    top: float
    right: float
    bottom: float


class PageCharacters:
    """Asks PDFium for the characters of one page; close it before the page."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        left, bottom, right, top = page.get_bbox()
        self.bounds = CharBox(left, top, right, bottom)
        self._handle = raw.FPDFText_LoadPage(page)
        if not self._handle:
            raise pypdfium2.PdfiumError("no text of the page")
        self._address = ctypes.byref(self._handle.contents)
        self._name = ctypes.create_string_buffer(_FONT_NAME.value)
        self._flags = ctypes.c_int()
        self._font = self._name, _FONT_NAME, ctypes.byref(self._flags)
        self._bold: dict[tuple[bytes, int], bool] = {}
        self._angles: dict[float, int] = {}
        self.text = text_of(self._handle)
        self._same_index = raw.FPDFText_CountChars(self._handle) == len(self.text)

    def close(self) -> None:
        raw.FPDFText_ClosePage(self._handle)

    def numbers(self, places: Sequence[int]) -> Sequence[int]:
        """The numbers of the characters at places of the text."""
        index = raw.FPDFText_GetCharIndexFromTextIndex
        return places if self._same_index else [index(self._handle, at) for at in places]

    def boxes(self, chars: Sequence[int], direction: int = 0) -> Iterable[_Edges]:
        """_Edges of characters, turned so that `direction` goes from left to right."""
        boxes = b""
        for start in range(0, len(chars), _ROOM):
            some = chars[start : start + _ROOM]
            deque(map(_BOX_OF, repeat(self._address), some, _PLACES), maxlen=0)
            boxes += _EDGES[: _SIZE * len(some)]
        edges = struct.iter_unpack("4f", boxes)
        return [TURNS[direction](*box) for box in edges] if direction else edges

    def angle(self, char: int) -> int:
        """The direction in which a character stands, in degrees against the clock."""
        angle = _ANGLE_OF(self._address, char)
        known = self._angles.get(angle)
        if known is None:
            known = self._angles[angle] = -degrees_of(angle) % 360
        return known

    def direction(self, chars: Sequence[int]) -> int:
        """The right angle at which most characters stand, by a few of them."""
        first = self.angle(chars[len(chars) // 2])
        if not first or first not in TURNS:
            return 0
        some = [chars[(2 * at + 1) * len(chars) // (2 * _ASKED)] for at in range(_ASKED)]
        return first if [*map(self.angle, some)].count(first) * 2 > _ASKED else 0

    def numbers_of(self, first: int, text: str) -> Sequence[int]:
        """The numbers of a text's characters, spaces among them, from its first one on.

        Returns: nothing where the page does not have the text in one.
        """
        place = first
        if not self._same_index:
            place = raw.FPDFText_GetTextIndexFromCharIndex(self._handle, first)
        if self.text[place : place + len(text)] == text:
            return self.numbers(range(place, place + len(text)))
        places = []
        for char in text:
            while not char.isspace() and self.text[place : place + 1].isspace():
                place += 1
            if not char.isspace() and self.text[place : place + 1] != char:
                return []
            places.append(place)
            place += not char.isspace()
        return self.numbers(places)

    def are_drawn_apart(self, char: int, other: int) -> bool:
        """Whether two characters belong to texts that are drawn one by one."""
        objects = [_OBJECT_OF(self._address, each) for each in (char, other)]
        return bool(objects[0] != objects[1])

    def is_bold(self, char: int) -> bool:
        """Whether a letter is; what was typed onto the page never is."""
        if char < 0:
            return False
        _FONT_OF(self._address, char, *self._font)
        font = self._name.value, self._flags.value
        known = self._bold.get(font)
        if known is None:
            known = bool(font[1] & _FORCE_BOLD) or _BOLD.search(font[0]) is not None
            self._bold[font] = known
        return known

    def base(self, char: int, direction: int = 0) -> float:
        """The line that a character stands on, once `direction` goes from left to right."""
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._handle, char, ctypes.byref(x), ctypes.byref(y))
        return TURNS[direction](x.value, y.value, x.value, y.value).bottom


TURNS: dict[int, Callable[[float, float, float, float], CharBox]] = {
    0: CharBox,
    90: lambda left, top, right, bottom: CharBox(bottom, -left, top, -right),
    180: lambda left, top, right, bottom: CharBox(-right, -bottom, -left, -top),
    270: lambda left, top, right, bottom: CharBox(-top, right, -bottom, left),
}
"""By the direction of reading, how a box is turned so that it is read from left to right."""


def degrees_of(radians: float) -> int:
    """A direction, right angles when it is close to one."""
    degrees = round(math.degrees(radians)) % 360
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) <= 3 else degrees
