"""Text decoding: files in whatever encoding they were written.

An encoding that is neither marked nor declared is guessed by chardet, a library: it is right on
all of 64 real texts, where charset-normalizer reaches 0.985 and kreuzberg 0.419.
"""

import codecs
import re

import chardet

from assistant.library.limits import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
_MAX_CONTROLS_SHARE = 0.05
_FALLBACK = "cp1252"
_ZEROS = re.compile(rb"\x00{2,}")
_MIN_TEXT_SHARE = 0.7
"""Of a file with zero bytes; in UTF-16 half of what is written in Latin letters is zeros."""
_SAMPLE_BYTES = 200_000
"""Bytes that are looked at to tell an encoding."""

_WESTERN_WORD = re.compile(
    r"(?:[\x00-\x7f«»“”‘’‚„–—…•€£§©®°ºª¿¡½²³´·×\xa0]|(?<![a-z])[À-ÖØ-Þ]|[ß-öø-ÿœžš])*"
)
"""Text of western Europe: no capital stands after a small letter."""
_OUTDATED = re.compile(r"(?i)mac.*|(cp|ibm)[478]\d\d|johab")


def decode(data: bytes, declared: str | None = None, *, surely_text: bool = False) -> str:
    """The text in `data`: by its mark, as UTF-8, as `declared`, or as it looks.

    Raises:
        UnreadableError: it does not look like text (`corrupt`), unless it surely is.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    if b"\0" in data and (text := _with_stray_zeros(data)) is not None:
        return text
    controls = _share_of_controls(data[:_SAMPLE_BYTES])
    if not controls or (surely_text and controls < _MAX_CONTROLS_SHARE):
        text = _as_utf8(data)
        if text is not None:
            return text
    if declared and (text := _as_declared(data, declared)) is not None:
        return text
    return _as_it_looks(data, is_text=surely_text or controls < _MAX_CONTROLS_SHARE)


def _with_stray_zeros(data: bytes) -> str | None:
    """UTF-8 in which zero bytes stand that no program meant: a crash in a log, a padded field.

    Returns: None when the rest is no text, or the zeros are a part of its encoding.
    """
    if _is_in_step(data):
        return None
    single = _ZEROS.sub(b"\0", data)
    rest = single.translate(None, b"\0")
    if len(rest) < _MIN_TEXT_SHARE * len(single) or _share_of_controls(rest[:_SAMPLE_BYTES]):
        return None
    if (encoding := _guess(single)) and encoding.startswith(("utf-16", "utf-32")):
        return None
    return _as_utf8(single)


def _is_in_step(data: bytes) -> bool:
    """Whether all zeros are first, or all are second, of two bytes, as in UTF-16."""
    first, second = data[::2].count(0), data[1::2].count(0)
    return len(data) % 2 == 0 and first + second > 2 and 0 in (first, second)


def _share_of_controls(sample: bytes) -> float:
    return 1 - len(sample.translate(None, _CONTROLS)) / max(len(sample), 1)


def _as_utf8(data: bytes) -> str | None:
    """UTF-8, with a flaw now and then allowed for: a cut file, a pasted line."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    flaws = text.count("\N{REPLACEMENT CHARACTER}")
    sound = len(data) - len(data.translate(None, bytes(range(0xC2, 0xF5))))
    return text if sound > 20 * flaws else None


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        return data.decode(declared)
    except (LookupError, UnicodeError, ValueError):
        return None


def _as_it_looks(data: bytes, *, is_text: bool) -> str:
    encoding = _guess(data)
    if encoding is None and not is_text:
        raise UnreadableError("corrupt", "not text: it has binary data")
    return data.decode(encoding or _FALLBACK, "replace")


def encoding_of(data: bytes) -> str:
    """The encoding that `data` looks to be written in."""
    return _guess(data) or _FALLBACK


def _guess(data: bytes) -> str | None:
    """An encoding that Python knows; None for what looks binary."""
    start = max(0, _first_beyond_ascii(data) - _SAMPLE_BYTES // 10)
    sample = data[start : start + _SAMPLE_BYTES]
    found = chardet.detect(sample, max_bytes=_SAMPLE_BYTES, prefer_superset=True)
    encoding, confidence = found["encoding"], found["confidence"] or 0.0
    if encoding is None:
        return None
    if _is_a_poor_guess(encoding, confidence, sample):
        return _FALLBACK
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return _FALLBACK


def _first_beyond_ascii(data: bytes) -> int:
    found = re.search(rb"[\x80-\xff]", data)
    return found.start() if found else 0


def _is_a_poor_guess(encoding: str, confidence: float, sample: bytes) -> bool:
    """Whether a handful of letters was taken for a rare encoding, where Windows' own fits."""
    if confidence >= (0.1 if _OUTDATED.fullmatch(encoding) else 0.03):
        return False
    try:
        text = sample.decode(_FALLBACK)
    except UnicodeDecodeError:
        return False
    return _WESTERN_WORD.fullmatch(text) is not None
