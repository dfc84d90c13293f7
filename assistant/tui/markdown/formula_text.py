"""LaTeX formulas as Unicode text on a line: fractions, powers, roots, sums, matrices.

What is shown means what was written: a fraction gets brackets where its neighbours would change
it. A formula with a command that is not known here is not shown in part.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from assistant.tui.markdown import formula_pieces as shapes
from assistant.tui.markdown import formula_symbols as symbols
from assistant.tui.markdown.formula_pieces import FormulaPiece, UnknownFormulaError

MAX_CHARACTERS: Final = 2_000
"""Characters of a formula; a longer one is shown as it is."""
MAX_DEPTH: Final = 24


_TOKENS = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)
_ENDS = ("}", "&", r"\\", r"\end", r"\right", "]")
_SIGNS: Final = {"-": "−", "*": "*", "+": "+"}


@lru_cache(maxsize=512)
def formula_text(latex: str) -> str | None:
    """A formula in Unicode, in several lines where it has some; None where it does not read well.

    Args:
        latex: it, without the signs around it.
    """
    if len(latex) > MAX_CHARACTERS:
        return None
    try:
        parser = _Parser(_TOKENS.findall(latex))
        shown = parser.rows(())
    except (UnknownFormulaError, RecursionError):
        return None
    return shown.strip() or None


class _Parser:
    """Reads tokens of LaTeX into pieces."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]
        """The next one last."""
        self._depth = 0

    def rows(self, ends: Sequence[str], between: str = "\n") -> str:
        """Rows up to the end, one below the other, cells of a column aligned."""
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(shapes.joined(self._sequence()))
            token = self._next()
            if token == "&":
                continue
            if token != r"\\":
                break
            self._optional()
            rows.append([])
        if token not in ends and (token or ends):
            raise UnknownFormulaError(token)
        rows = [row for row in rows if any(row)]
        if between == "\n" and len(rows) > 1:
            width = max(len(row[0]) for row in rows)
            rows = [[row[0].rjust(width) if len(row) > 1 else row[0], *row[1:]] for row in rows]
        gap = " " if any(len(row) > 1 for row in rows) else ""
        return between.join(gap.join(row).rstrip() for row in rows)

    def _next(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def _peek(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._next()

    def _sequence(self, ends: Sequence[str] = _ENDS[:4]) -> list[FormulaPiece]:
        """Pieces up to one of these tokens, which is left."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnknownFormulaError("depth")
        pieces: list[FormulaPiece] = []
        while self._tokens and self._peek() not in ends:
            if self._peek() in "^_'" and pieces:
                pieces[-1] = self._scripted(pieces[-1])
            else:
                pieces += self._pieces(pieces)
        self._depth -= 1
        return pieces

    def _scripted(self, base: FormulaPiece) -> FormulaPiece:
        token = self._next()
        if token == "'":
            return replace(base, text=f"{base.text}′", closed="")
        script = self._argument()
        self._skip_space()
        shown = shapes.raised(script) if token == "^" else shapes.lowered(script)
        # A power belongs to all of a fraction or a root.
        text = base.closed or base.text
        return FormulaPiece(
            text + shown, base.kind if base.kind in ("function", "close") else "operand"
        )

    def _argument(self) -> str:
        return shapes.joined(self._argument_pieces())

    def _argument_pieces(self) -> list[FormulaPiece]:
        """What a command or a script is about: a group, or the next sign."""
        self._skip_space()
        token = self._peek()
        if not token or token in ("}", "&", r"\\", "^", "_"):
            raise UnknownFormulaError("argument")
        if token != "{" and not token.startswith("\\") and len(token) > 1:
            self._tokens[-1] = token[1:]
            self._tokens.append(token[0])
        if token != "{":
            return self._pieces([])
        self._next()
        pieces = self._sequence()
        if self._next() != "}":
            raise UnknownFormulaError("{")
        return pieces

    def _raw(self) -> str:
        """A group as it was written."""
        self._skip_space()
        if self._next() != "{":
            raise UnknownFormulaError("raw")
        parts: list[str] = []
        depth = 1
        while self._tokens:
            token = self._next()
            depth += (token == "{") - (token == "}")
            if not depth:
                return "".join(parts)
            parts.append(token)
        raise UnknownFormulaError("raw")

    def _optional(self) -> str:
        """What stands in square brackets; empty without any."""
        self._skip_space()
        if self._peek() != "[":
            return ""
        self._next()
        shown = shapes.joined(self._sequence(_ENDS))
        if self._next() != "]":
            raise UnknownFormulaError("[")
        return shown

    def _pieces(self, before: Sequence[FormulaPiece]) -> list[FormulaPiece]:
        token = self._next()
        if token.startswith("\\") and len(token) > 1:
            return list(self._command(token[1:].removesuffix("*")))
        if token.isspace():
            return (
                [FormulaPiece("", "space")] if _is_word(before) and _is_long(self._peek()) else []
            )
        if token == "{":
            self._tokens.append(token)
            pieces = self._argument_pieces()
            if [piece.text for piece in pieces] == [", "]:
                return [FormulaPiece(",")]
            return pieces if len(pieces) == 1 else [FormulaPiece(shapes.joined(pieces))]
        if token in _SIGNS:
            return [FormulaPiece(_SIGNS[token], "operator")]
        if token in "=<>":
            return [FormulaPiece(token, "relation")]
        if token in ",;:":
            is_apart = token != ":" or self._peek().isspace()
            return [FormulaPiece(f"{token} " if is_apart else token, "open")]
        if token in "([":
            return [FormulaPiece(token, "open")]
        if token in ")]":
            return [FormulaPiece(token, "close")]
        if token == "~":
            return [FormulaPiece(" ", "words")]
        if token in ("^", "_"):
            script = self._argument()
            return [FormulaPiece(shapes.raised(script) if token == "^" else shapes.lowered(script))]
        if token in ("}", "&", "$"):
            raise UnknownFormulaError(token)
        return [FormulaPiece(token, "open" if token == "/" else "operand")]

    def _command(self, name: str) -> Iterator[FormulaPiece]:
        if name in symbols.IGNORED:
            self._delimiter(name)
        elif name in symbols.SPACES:
            yield FormulaPiece(symbols.SPACES[name], "words")
        elif name in ("frac", "dfrac", "tfrac", "cfrac"):
            yield shapes.fraction(self._argument_pieces(), self._argument_pieces())
        elif name == "sqrt":
            degree = self._optional()
            yield shapes.root(degree, self._argument_pieces())
        elif name in ("binom", "dbinom", "tbinom"):
            yield FormulaPiece(f"({self._argument()} choose {self._argument()})", "close")
        elif name in symbols.PROSE:
            yield FormulaPiece(shapes.as_words(self._raw()), "words")
        elif name in ("operatorname", "mathrm") or name in symbols.PLAIN:
            yield from self._plain(name)
        elif name in ("mathbb", "mathcal", "mathscr", "mathfrak"):
            table = symbols.DOUBLE_STRUCK if name == "mathbb" else symbols.SCRIPT
            yield FormulaPiece("".join(table.get(letter, letter) for letter in self._argument()))
        elif name in symbols.ACCENTS:
            yield shapes.accented(self._argument(), symbols.ACCENTS[name])
        elif name == "begin":
            yield self._environment()
        elif name in ("pmod", "bmod", "tag"):
            word = "" if name == "tag" else "mod "
            yield FormulaPiece(
                " mod " if name == "bmod" else f" ({word}{self._argument()})", "words"
            )
        elif name == "not":
            yield FormulaPiece({"=": "≠", r"\in": "∉"}.get(self._next(), ""), "relation")
        elif name == "label":
            self._raw()
        else:
            yield shapes.symbol(name)

    def _delimiter(self, name: str) -> None:
        """`\\left.` and `\\right.` stand for no sign."""
        if name in ("left", "right") and self._peek() == ".":
            self._next()

    def _plain(self, name: str) -> Iterator[FormulaPiece]:
        if name in ("rm", "bf"):
            return
        shown = self._argument()
        is_word = name in ("operatorname", "mathrm") and len(shown) > 1 and shown.isalpha()
        yield FormulaPiece(shown, "function" if is_word and name == "operatorname" else "operand")

    def _environment(self) -> FormulaPiece:
        name = self._raw()
        self._optional()
        if name in ("array", "alignedat"):
            self._raw()
        if name in symbols.LINES:
            shown, around = self.rows((r"\end",)), ("", "")
        elif name in symbols.BRACKETS:
            shown, around = self.rows((r"\end",), between="; "), symbols.BRACKETS[name]
        else:
            raise UnknownFormulaError(name)
        if self._raw() != name:
            raise UnknownFormulaError(name)
        return FormulaPiece(around[0] + shown + around[1], "close")


def _is_long(token: str) -> bool:
    return (len(token) > 1 and token.isalpha()) or token.isdecimal()


def _is_word(pieces: Sequence[FormulaPiece]) -> bool:
    return bool(pieces) and _is_long(pieces[-1].text)
