"""Pieces of a formula: symbols, fractions, roots, powers, and how they stand beside each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from assistant.tui.markdown import formula_symbols as symbols

MAX_RAISED: Final = 4
"""Letters of a power, or of an index, that are shown raised or lowered."""

Kind = Literal["operand", "words", "operator", "relation", "open", "close", "function", "space"]


class UnknownFormulaError(Exception):
    """A formula that cannot be shown on a line."""


@dataclass(frozen=True)
class FormulaPiece:
    """Part of a formula as it is shown."""

    text: str
    kind: Kind = "operand"
    closed: str = ""
    """How it is shown where something stands close beside it; empty for the same."""
    is_fraction: bool = False


def symbol(name: str) -> FormulaPiece:
    """A command without an argument, as it is shown.

    Raises:
        UnknownFormulaError: it is none that is known.
    """
    if name in symbols.OPERATORS:
        return FormulaPiece(symbols.OPERATORS[name], "operator")
    if name in symbols.RELATIONS:
        return FormulaPiece(symbols.RELATIONS[name], "relation")
    if name in symbols.LETTERS:
        return FormulaPiece(symbols.LETTERS[name])
    if name in symbols.LARGE:
        return FormulaPiece(symbols.LARGE[name], "function")
    if name in symbols.FUNCTIONS:
        return FormulaPiece(name, "function")
    if name in symbols.OPENING:
        return FormulaPiece(symbols.OPENING[name], "open")
    if name in symbols.CLOSING:
        return FormulaPiece(symbols.CLOSING[name], "close")
    if name in symbols.BARS:
        return FormulaPiece(symbols.BARS[name])
    if len(name) == 1 and name in "%$#_&":
        return FormulaPiece(name)
    raise UnknownFormulaError(name)


def joined(pieces: Sequence[FormulaPiece]) -> str:
    """Pieces in a row, with the spaces that formulas have."""
    shown = ""
    before: FormulaPiece | None = None
    for place, piece in enumerate(pieces):
        after = next((each for each in pieces[place + 1 :] if each.text), None)
        shown = _added(shown, before, piece, after)
        if piece.text:
            before = piece
    return re.sub(r" {3,}", "  ", shown).strip()


def _added(
    shown: str, before: FormulaPiece | None, piece: FormulaPiece, after: FormulaPiece | None
) -> str:
    is_beside = before is not None and before.kind in ("operand", "close")
    match piece.kind:
        case "relation":
            return f"{shown.rstrip()} {piece.text} "
        case "operator":
            # At the beginning of something it is a sign.
            return f"{shown.rstrip()} {piece.text} " if is_beside else shown + piece.text
        case "function":
            apart = shown if not is_beside or shown.endswith(" ") else f"{shown} "
            close = after is not None and after.kind == "open"
            return f"{apart}{piece.text}" + ("" if close else " ")
        case "space":
            return f"{shown} "
        case _:
            return shown + _beside(before if is_beside else None, piece, after, shown)


def _beside(
    before: FormulaPiece | None, piece: FormulaPiece, after: FormulaPiece | None, shown: str
) -> str:
    """A piece between its neighbours."""
    follows = after is not None and (
        after.kind in ("operand", "function") or after.text[:1] in ("(", "[", "/")
    )
    if piece.is_fraction and before is not None:
        is_mixed = before.text.isdecimal() and piece.text.replace("/", "").isdecimal()
        return f" {piece.text}" if is_mixed and not follows else piece.closed
    if piece.is_fraction and shown.endswith("/"):
        return piece.closed
    return piece.closed if piece.closed and follows else piece.text


def fraction(above: Sequence[FormulaPiece], below: Sequence[FormulaPiece]) -> FormulaPiece:
    """Two parts with a slash between them, bracketed where they need it."""
    top, bottom = joined(above), joined(below)
    simple = symbols.SIMPLE_FRACTIONS.get((top, bottom))
    if simple:
        return FormulaPiece(simple, closed=simple)
    outside = re.sub(r"\([^()]*\)", "", top)
    if not _is_bracketed(top) and re.search("[ /]", outside):
        top = f"({top})"
    is_differential = len(below) == 2 and below[0].text == "∂"
    is_single = len(below) == 1 and not below[0].is_fraction and " " not in bottom
    if not (is_single or is_differential or _is_bracketed(bottom)):
        bottom = f"({bottom})"
    return FormulaPiece(f"{top}/{bottom}", closed=f"({top}/{bottom})", is_fraction=True)


def root(degree: str, pieces: Sequence[FormulaPiece]) -> FormulaPiece:
    """A root; of this degree, where it is not the square root."""
    inner = joined(pieces)
    sign = symbols.ROOTS.get(degree) or (raised(degree) if degree else "") + "√"
    if len(pieces) == 1 and not pieces[0].is_fraction and " " not in inner:
        return FormulaPiece(f"{sign}{inner}", closed=f"{sign}({inner})")
    bracketed = inner if _is_bracketed(inner) else f"({inner})"
    return FormulaPiece(f"{sign}{bracketed}")


def _is_bracketed(shown: str) -> bool:
    """Whether one pair of brackets is around all of it."""
    if not (shown.startswith("(") and shown.endswith(")")):
        return False
    depth = 0
    for place, sign in enumerate(shown):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return place == len(shown) - 1
    return False


def raised(script: str) -> str:
    """A power: in small signs above where there are some, else behind `^`."""
    return _script(script, symbols.RAISED, "^")


def lowered(script: str) -> str:
    """An index: in small signs below where there are some, else behind `_`."""
    return _script(script, symbols.LOWERED, "_")


def _script(script: str, table: dict[str, str], sign: str) -> str:
    tight = script.replace(" ", "").replace("∘", "°")
    is_short = len(tight) <= MAX_RAISED or tight.lstrip("−").isdecimal()
    if tight and is_short and all(letter in table for letter in tight):
        return "".join(table[letter] for letter in tight)
    if len(tight) == 1 or (sign == "_" and script.isalnum()):
        return sign + script
    return f"{sign}{script}" if _is_bracketed(script) else f"{sign}({script})"


def accented(shown: str, accent: str) -> FormulaPiece:
    """A letter with a sign over it.

    Raises:
        UnknownFormulaError: it is more than a letter.
    """
    if accent == symbols.ACCENTS["overline"] and len(shown) <= MAX_RAISED and shown.isalnum():
        return FormulaPiece("".join(letter + accent for letter in shown))
    if len(shown) != 1:
        raise UnknownFormulaError("accent")
    return FormulaPiece(shown + accent)


def as_words(raw: str) -> str:
    """Words within a formula, blanks included.

    Raises:
        UnknownFormulaError: there are commands in them.
    """
    if "\\" in raw.replace("\\%", "").replace("\\$", "").replace("\\_", ""):
        raise UnknownFormulaError("words")
    return re.sub(r"\s+", " ", re.sub(r"\\([%$_])", r"\1", raw).replace("$", ""))
