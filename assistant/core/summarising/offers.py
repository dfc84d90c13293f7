"""Offers to read documents as a whole, where a question of the library asks about all of them.

A search finds passages, and no passage is about all of a document. So whoever asks "summarise the
lease" is told with which command it is read whole.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from assistant.core.grounding.mentions import spell_collection, spell_file
from assistant.core.ports.library import Library
from assistant.core.sanitize import one_line
from assistant.core.summarising.intent import (
    A_DOCUMENT,
    WholeRequest,
    folded,
    may_ask_for_all,
    whole_request,
)
from assistant.core.summarising.writing import Language, language_of
from assistant.core.values.library import FileEntry

MAX_NAMED: Final = 4
"""Files that an offer names."""

MAX_LOOKED_AT: Final = 2000
"""Files among whose names those of the question are looked for."""

_MIN_NAME: Final = 3
"""Characters of a file's name without its ending by which it may be called."""

_TEXTS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "head": "This asks about {what} as a whole; a search finds only single passages.",
        "summarise": "`/summarise {target}` reads all of it, section by section, and gives the page"
        " of every sentence.",
        "compare": "`/compare {target}` compares them section by section, with both places of every"
        " difference.",
        "shell": "In a shell: `assistant {command} {target}`.",
        "which": "Which one?",
        "file": "{names} (1 file)",
        "files": "{names} ({count:,} files)",
    },
    "pt": {
        "head": "Isto pergunta por {what} como um todo; uma busca só acha trechos.",
        "summarise": "`/summarise {target}` lê tudo, seção por seção, e dá a página de cada frase.",
        "compare": "`/compare {target}` compara seção por seção, com os dois lugares de cada"
        " diferença.",
        "shell": "No terminal: `assistant {command} {target}`.",
        "which": "Qual deles?",
        "file": "{names} (1 arquivo)",
        "files": "{names} ({count:,} arquivos)",
    },
}


def whole_offer(
    library: Library, question: str, collections: tuple[str, ...] | None, *, follows: bool
) -> str | None:
    """How to have documents read as a whole; None where a question is about something else.

    Args:
        collections: those that are asked about; None is all of them.
        follows: whether something was said before, which "it" may mean.
    """
    if collections == () or not may_ask_for_all(question) or library.is_empty():
        return None
    files = _files(library, collections)
    named = _named(question, files)
    bare = question
    for name in {PurePath(file.path).name for file in named}:
        bare = _without(bare, name)
    request = whole_request(bare)
    if request is None or not files:
        return None
    points_at_files = request.names_documents or bool(named)
    if not points_at_files and (follows or collections is None):
        return None
    language = _spoken(question)
    return _offer(request, named, files, collections, language)


def _offer(
    request: WholeRequest,
    named: Sequence[FileEntry],
    files: Sequence[FileEntry],
    collections: tuple[str, ...] | None,
    language: Language,
) -> str | None:
    texts = _TEXTS[language]
    chosen = list(named) or (list(files) if len(files) <= MAX_NAMED else [])
    if request.kind == "compare" and len(chosen) != 2:
        return None
    names = ", ".join(one_line(PurePath(file.path).name, 120) for file in chosen)
    commands: list[tuple[str, str]] = []
    if request.kind == "compare":
        commands = [(" ".join(map(_mention, chosen)), " ".join(map(_argument, chosen)))]
    elif chosen:
        commands = [(_mention(file), _argument(file)) for file in chosen]
    elif collections:
        names = ", ".join(one_line(name, 120) for name in collections)
        commands = [(spell_collection(name), f"'#{name}'") for name in collections]
    else:
        return None
    counted = texts["file" if len(files) == 1 else "files"]
    what = names if chosen else counted.format(names=names, count=len(files))
    head = texts["head"].format(what=what)
    if len(commands) == 1:
        target, argument = commands[0]
        told = texts[request.kind].format(target=one_line(target, 400))
        shell = texts["shell"].format(command=request.kind, target=one_line(argument, 400))
        return f"{head} {told} {shell}"
    listed = [f"- `/{request.kind} {one_line(target, 400)}`" for target, _ in commands]
    return "\n".join([f"{head} {texts['which']}", "", *listed])


def _mention(file: FileEntry) -> str:
    return spell_file(file.path)


def _argument(file: FileEntry) -> str:
    return "'" + file.path.replace("'", "'\\''") + "'"


def _files(library: Library, collections: tuple[str, ...] | None) -> list[FileEntry]:
    scope: Sequence[str | None] = (None,) if collections is None else collections
    found = [file for name in scope for file in library.files(name, "indexed", limit=MAX_LOOKED_AT)]
    return list({file.path: file for file in found}.values())


def _named(question: str, files: Sequence[FileEntry]) -> list[FileEntry]:
    """The files that a question calls by their names, with or without their endings."""
    asked = folded(question)
    return [
        file
        for file in files
        if _calls(asked, PurePath(file.path).name) or _calls(asked, PurePath(file.path).stem)
    ]


def _calls(asked: str, name: str) -> bool:
    known = folded(name)
    return (
        len(known) >= _MIN_NAME
        and re.search(rf"(?<![^\W_]){re.escape(known)}(?![^\W_])", asked) is not None
    )


def _without(question: str, name: str) -> str:
    """A question with the word for a document in place of the name of one."""
    text = folded(question)
    for known in (folded(name), folded(PurePath(name).stem)):
        text = re.sub(rf"(?<![^\W_]){re.escape(known)}(?![^\W_])", A_DOCUMENT, text)
    return text


def _spoken(question: str) -> Language:
    return language_of(question)
