"""File names: their words, as they are indexed and as a question names a file by them.

`report_q3.md`, `Report-Q3.pdf` and `reportQ3` are all named by "report q3": what separates words
and how they are written does not matter. A name that could be ordinary words names its file only
where the question shows that it means a file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.library.text.languages import fold, likeliest_language, stop_words

MAX_NAME_WORDS = 12
"""Words of a name by which a question can name it."""

MAX_QUESTION_WORDS = 80
"""Words of a question among which names are looked for."""

FOLDERS = 2
"""The last folders of a path that are indexed with its name."""

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_CUSTOMARY_NAMES = (
    "README CHANGELOG CHANGES CONTRIBUTING LICENSE LICENCE COPYING NOTICE AUTHORS INSTALL NEWS TODO"
    " LEIAME LICENCA LEEME"
)
_CUSTOMARY = frozenset(_CUSTOMARY_NAMES.split())
"""Single words in capitals that name a file. Others, as the name of an institution, are subjects
of which many files may speak."""

_FILES = (
    "file files document documents note notes page spreadsheet workbook sheet presentation slides"
    " arquivo arquivos ficheiro documento documentos nota notas pagina planilha apresentacao"
    " archivo archivos fichero apunte apuntes hoja presentacion"
)
_FILE_WORDS = frozenset(_FILES.split())
"""Words for a file beside which an ordinary word names one; folded."""


_WHOLE = (
    "summarise summarize summary overview outline tldr explain describe read show open contents"
    " say says about resuma resumo resumir resume sintetize explique descreva leia mostre abra"
    " conteudo diz fala trata resumen sintetiza explica describe lee muestra abre contenido dice"
    " please favor"
)
_WHOLE_WORDS = frozenset(_WHOLE.split())
"""Words that ask for a file as a whole; folded."""


class NamedRun(NamedTuple):
    """A run of words of a question that may be a file's name."""

    key: str
    """As `name_key` makes it."""
    start: int
    typed: str
    """As it stands in the question."""
    following: str
    """The next word, folded: the suffix where the name is typed with it."""
    after_dot: bool
    """Whether only a dot stands before that."""
    beside_file_word: bool
    """Whether a word for a file stands right before or after it."""

    @property
    def end(self) -> int:
        return self.start + len(self.typed)

    def fit(self, file_name: str) -> int:
        """How well this names a file whose name has the same key: 0 not, 2 with its suffix."""
        stem, suffix = _parted(file_name)
        words = _words(stem)
        if suffix and self.after_dot and self.following == fold(suffix):
            return 2
        if self.beside_file_word:
            return 1
        if len(words) == 1:
            return int(stem == self.typed and stem in _CUSTOMARY)
        # A hyphen joins ordinary words as well.
        is_joined = not re.search(r"[\s-]", self.typed)
        return int(is_joined or any(word[0].isdigit() or word[-1].isdigit() for word in words))


def asks_for_whole(question: str, paths: Sequence[str]) -> bool:
    """Whether a question that names files says nothing else than that it wants to know them."""
    words = {word.text for word in _typed_words(question)}
    named = {word for path in paths for word in _words(path)}
    language = likeliest_language(question, ["en", "pt", "es"])
    stops = stop_words(language) if language != "simple" else stop_words("en") | stop_words("pt")
    return not words - named - _WHOLE_WORDS - _FILE_WORDS - stops


def name_key(file_name: str) -> str:
    """What a file is named by: the words of its name without the suffix, folded and joined."""
    return _joined(_words(_parted(file_name)[0])[:MAX_NAME_WORDS])


def file_key(path: str) -> str:
    """The `name_key` of a file."""
    return name_key(file_name(path))


def named_runs(question: str) -> Iterator[NamedRun]:
    """The runs of a question's words that may be names, the longest from each word first."""
    words = _typed_words(question)[:MAX_QUESTION_WORDS]
    for first in range(len(words)):
        for last in range(min(len(words), first + MAX_NAME_WORDS), first, -1):
            run = words[first:last]
            start, end = run[0].start, run[-1].end
            behind = words[last] if last < len(words) else None
            before = words[first - 1] if first else None
            yield NamedRun(
                key=_joined([word.text for word in run]),
                start=start,
                typed=question[start:end],
                following=behind.text if behind else "",
                after_dot=behind is not None and question[end : behind.start] == ".",
                beside_file_word=any(
                    each is not None and each.text in _FILE_WORDS for each in (before, behind)
                ),
            )


def with_names(context: str, path: str) -> str:
    """What is indexed of a passage beside its text: its title and headings, a line each, and what
    the name and the last folders of its file add to them."""
    known = set(_words(context))
    parts = [part for name in path.split("/")[-1 - FOLDERS :] for part in name.split()]
    added = " ".join(part for part in parts if not known.issuperset(_words(part)))
    return f"{context}\n{added}" if added else context


def file_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def folder_words(path: str) -> frozenset[str]:
    """The words of a path's folders, folded."""
    return frozenset(_words(path.rpartition("/")[0]))


class _TypedWord(NamedTuple):
    start: int
    end: int
    text: str
    """Folded."""


def _typed_words(text: str) -> list[_TypedWord]:
    found = []
    for match in _WORD.finditer(text):
        at = match.start()
        for piece in _HUMP.split(match.group()):
            found.append(_TypedWord(at, at + len(piece), fold(piece)))
            at += len(piece)
    return found


def _parted(name: str) -> tuple[str, str]:
    """A name without its suffix, and that."""
    stem, _, suffix = name.rpartition(".")
    return (stem, suffix) if stem else (name, "")


def _words(text: str) -> list[str]:
    return [word.text for word in _typed_words(text)]


def _joined(words: Sequence[str]) -> str:
    """Without what separates them, but for a blank between two numbers."""
    joined = ""
    for word in words:
        apart = joined[-1:].isdigit() and word[:1].isdigit()
        joined += f" {word}" if apart else word
    return joined
