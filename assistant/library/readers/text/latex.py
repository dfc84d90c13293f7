"""LaTeX reader, with the lines of the file: words stay, commands go.

Our own: markup may be taken out of a line, but a line stays a line (see `base.plain_text`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import LineBlock, add_pieces, lines_of, paragraphs
from assistant.library.readers.base.source import FileSource

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_MARKS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
}
_ACCENT = re.compile(
    r"""\\(?:([`'^~"=.])\s*(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))|([cvuHkr])(?:\{\\?([A-Za-z])\}|\s+([A-Za-z])))"""
)
_LETTERS = {
    r"\ss": "ß",
    r"\ae": "æ",
    r"\AE": "Æ",
    r"\oe": "œ",
    r"\OE": "Œ",
    r"\o": "ø",
    r"\O": "Ø",
    r"\aa": "å",
    r"\AA": "Å",
    r"\l": "ł",
    r"\L": "Ł",
    r"\i": "ı",
    r"\S": "§",
    r"\LaTeX": "LaTeX",
    r"\TeX": "TeX",
    r"\ldots": "…",
    r"\dots": "…",
}
_LETTER = re.compile(
    r"\\(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|S|LaTeX|TeX|l?dots)(?![A-Za-z])(?:\{\}|\s?)"
)
_MATH = re.compile(r"(\$\$?[^$\n]+\$\$?|\\\([^\n]*?\\\)|\\\[[^\n]*?\\\])")
_DROPPED = re.compile(
    r"\\(?:label|(?:auto|eq|page|c)?ref\*?|includegraphics|bibliography(?:style)?|vspace\*?|hspace\*?"
    r"|input|include|begin|end|setlength|setcounter|usepackage|documentclass|pagestyle"
    r"|thispagestyle|cite[a-z]*\*?|nocite)(?:\[[^\]\n]*\])*(?:\{[^{}\n]*\})?"
)
_COMMAND = re.compile(r"\\[A-Za-z@]+\*?(?:\[[^\]\n]*\])?|\\[,;:!@ /\-]")
_ESCAPED = re.compile(r"\\([%&#_{}$])")
_SECTION = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{(.*)\}\s*(.*)\n?$"
)
_SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_TITLE = re.compile(r"\\title\s*(?:\[[^\]]*\])?\{((?:[^{}]|\{[^{}]*\})*)\}")
_VERBATIM = re.compile(r"\s*\\begin\{(verbatim|lstlisting|minted|alltt|Verbatim)\*?\}")


def read_latex(source: FileSource) -> Document:
    """Read a LaTeX file; sections make headings, what is before the document is left out."""
    lines = lines_of(source)
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, _pieces(_without_preamble(lines)))
    title = _TITLE.search("".join(_COMMENT.sub(r"\1", line) for line in lines))
    return builder.build(source.title(_visible_text(title[1]) if title else None))


def _without_preamble(lines: Sequence[str]) -> list[str]:
    for position, line in enumerate(lines):
        if r"\begin{document}" in _COMMENT.sub("", line):
            kept = [_title_line(line) for line in lines[:position]]
            return [*kept, *lines[position:]]
    return list(lines)


def _title_line(line: str) -> str:
    return line if line.lstrip().startswith((r"\title", r"\author", r"\date")) else "\n"


def _pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    top = min(
        (_SECTIONS.index(found[1]) for line in lines if (found := _SECTION.match(line))), default=0
    )
    held: list[str] = []
    code: list[str] = []
    environment = ""
    for line in lines:
        if environment:
            ended = rf"\end{{{environment}" in line
            code.append("\n" if ended else line)
            if ended:
                yield LineBlock("".join(code), "code")
                environment, code = "", []
            continue
        verbatim = _VERBATIM.match(line)
        section = _SECTION.match(_COMMENT.sub(r"\1", line))
        if verbatim or section:
            yield from paragraphs(held)
            held = []
        if verbatim:
            environment, code = verbatim[1], ["\n"]
        elif section:
            level = _SECTIONS.index(section[1]) - top + 1
            yield LineBlock(f"{_visible_text(section[2]).strip()}\n", "heading", level)
        else:
            held.append(_visible_text(line))
    yield from paragraphs(held)
    if code:
        yield LineBlock("".join(code), "code")


def _visible_text(line: str) -> str:
    """A line without commands, its formulas left alone; the line end stays."""
    line = _COMMENT.sub(r"\1", line)
    parts = _MATH.split(line)
    parts[::2] = [_words(part) for part in parts[::2]]
    return "".join(parts)


def _words(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda found: _LETTERS[found[0].rstrip("{} \n")], text)
    text = _DROPPED.sub("", text.replace(r"\item", "- ").replace(r"\\", " "))
    text = _COMMAND.sub("", text)
    # Escaped marks are set aside while the marks of the language go.
    text = _ESCAPED.sub(lambda found: chr(0xE000 + ord(found[1])), text)
    text = text.replace("{", "").replace("}", "").replace("~", " ").replace("&", "|")
    text = text.replace("``", "“").replace("''", "”").replace("---", "—").replace("--", "–")
    return re.sub("[\ue000-\ue07f]", lambda found: chr(ord(found[0]) - 0xE000), text)


def _accented(found: re.Match[str]) -> str:
    mark = found[1] or found[4]
    letter = found[2] or found[3] or found[5] or found[6]
    return unicodedata.normalize("NFC", letter + _MARKS[mark])
