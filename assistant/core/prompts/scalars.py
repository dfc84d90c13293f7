"""Texts as YAML, such that every reader of YAML takes them for the same texts."""

import re

_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.()!?/’–-]*[\w.)!?])?")
_SPECIAL = re.compile(r"(?:null|true|false|yes|no|on|off|y|n)", re.IGNORECASE)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def plain(text: str) -> str:
    """Without quotation marks where no reader takes it for anything but a text."""
    safe = _PLAIN.fullmatch(text) and not _SPECIAL.fullmatch(text) and text.isprintable()
    return text if safe else quoted(text)


def quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
