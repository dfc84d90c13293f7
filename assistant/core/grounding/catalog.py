"""Questions about the library itself: what is in it, how many, what is new, what gave no text.

They are answered from the catalogue, without a model. A question is one of these only where it says
nothing else: "list my notes about boilers" and "summarise my notes" ask for what stands in them.
English, Portuguese and Spanish; what a language has for it are its words, folded.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.core.ports.library import Library
from assistant.core.sanitize import one_line
from assistant.core.values.documents import Passage
from assistant.core.values.library import Collection, FileEntry, FileState
from assistant.core.wording import ENGLISH_REASONS
from assistant.language.messages import ngettext

MAX_LISTED = 30
"""Files that are named in an answer."""

Intent = Literal["list", "count", "new", "failed"]

_FILES = (
    "document documents file files note notes documento documentos arquivo arquivos ficheiro"
    " ficheiros nota notas archivo archivos fichero ficheros"
)
_PLACES = (
    "library collection collections folder folders biblioteca colecao colecoes pasta pastas"
    " coleccion colecciones carpeta carpetas"
)
_COUNTING = "many number count quantos quantas numero cuantos cuantas"
_NEW = (
    "new newest latest recent recently newly changed novo novos nova novas recente recentes ultimo"
    " ultimos recentemente nuevo nuevos reciente recientes"
)
_FAILED = (
    "unreadable failed skipped ilegivel ilegiveis falhou falharam fallaron fallo ilegible ilegibles"
)
_READING = "read readable open opened lido lidos lidas ler abertos leer leidos leido abrir"
_NEGATIONS = "not couldn t cannot can isn aren weren wasn unable nao no"
_LISTING = "list show name enumerate liste listar lista mostre mostra enumere muestra enumera"
_ASKING = "what which quais qual que o cuales cual"
_HAVING = (
    "have has there got indexed added exist exists contain contains know hold holds tem tenho temos"
    " ha existem existe estao esta adicionados adicionei contem hay tienes tengo tenemos existen"
    " indexados guardados anadidos contiene"
)
_OWNING = (
    "my mine our ours meu meus minha minhas nossa nossas nosso nossos mi mis nuestra nuestras"
    " nuestro nuestros"
)
_INSIDE = "in inside em na nas no nos en dentro"
_NEUTRAL = (
    "a about all am an any are available be been by can could did do does each every for from give"
    " how i in inside is it me mine my of on our please see so tell the their them they to total"
    " up us was we were whole with would you your ones of them"
    " ai ao as com da das de deles do dos e ela eles em eu foi foram la me meu meus minha minhas na"
    " nas nos nossa nossos num os por favor para podem pode puderam quais sao se ser seu seus sua"
    " suas todas todo todos total um uma voce voces ao diga conseguiu consegue possivel"
    " al del el en esta estan fueron la las lo los mi mis nuestra nuestros pudieron pueden se son"
    " su sus toda todas todo todos tu tus una usted dime"
)

_SETS = {
    "files": frozenset(_FILES.split()),
    "places": frozenset(_PLACES.split()),
    "counting": frozenset(_COUNTING.split()),
    "new": frozenset(_NEW.split()),
    "failed": frozenset(_FAILED.split()),
    "reading": frozenset(_READING.split()),
    "negations": frozenset(_NEGATIONS.split()),
    "listing": frozenset(_LISTING.split()),
    "asking": frozenset(_ASKING.split()),
    "having": frozenset(_HAVING.split()),
    "owning": frozenset(_OWNING.split()),
    "inside": frozenset(_INSIDE.split()),
    "neutral": frozenset(_NEUTRAL.split()),
}
_MANY_FILES = frozenset(word for word in _FILES.split() if word.endswith("s"))
_KNOWN = frozenset[str]().union(*_SETS.values())
_OF_PORTUGUESE = "quantos quantas quais liste mostre arquivos arquivo nao ha tem voce"
_PORTUGUESE = frozenset(_OF_PORTUGUESE.split())
_WORD = re.compile(r"[^\W_]+")

_TEXTS: dict[str, dict[Intent, str]] = {
    "en": {
        "list": "This is in {place}:",
        "count": "There are {files} in {place}: {states}.",
        "new": "The newest in {place}, by the date of the file:",
        "failed": "These could not be read:",
    },
    "pt": {
        "list": "Isto está em {place}:",
        "count": "Há {files} em {place}: {states}.",
        "new": "Os mais novos em {place}, pela data do arquivo:",
        "failed": "Estes não puderam ser lidos:",
    },
}
_NOUNS = {
    "en": {"file": ("file", "files"), "passage": ("passage", "passages")},
    "pt": {"file": ("arquivo", "arquivos"), "passage": ("trecho", "trechos")},
}
_STATES: dict[str, dict[FileState, str]] = {
    "en": {},
    "pt": {
        "waiting": "à espera",
        "indexed": "indexado",
        "skipped": "não lido",
    },
}
_COUNTED = {
    "en": (("indexed", "indexed"), ("skipped", "skipped"), ("to be read", "to be read")),
    "pt": (("indexado", "indexados"), ("não lido", "não lidos"), ("à espera", "à espera")),
}
"""Indexed, skipped and waiting files, of one and of several."""
_MORE = {"en": "more", "pt": "mais"}
_NONE_FAILED = {"en": "All files in {place} could be read.", "pt": "Tudo em {place} pôde ser lido."}


def intent_of(question: str, collections: Sequence[str] = ()) -> Intent | None:
    """What a question wants to know of the library; None when it is about something else.

    Args:
        collections: names that it may mention.
    """
    words = _words(question)
    named = {word for name in collections for word in _words(name)}
    if not words or any(word not in _KNOWN and word not in named for word in words):
        return None
    has = {kind: any(word in known for word in words) for kind, known in _SETS.items()}
    if not (has["files"] or has["places"]):
        return None
    if has["failed"] or (has["reading"] and has["negations"]):
        return "failed"
    if has["reading"]:
        return None
    if has["new"]:
        return "new"
    if has["counting"]:
        return "count"
    is_list = has["listing"] or (has["asking"] and (has["having"] or has["places"]))
    # `What are my documents?` is a list; what is in my notes stands in them.
    are_mine = has["owning"] and not has["inside"] and any(w in _MANY_FILES for w in words)
    is_list = is_list or (has["asking"] and are_mine)
    return "list" if is_list else None


def catalog_answer(
    library: Library, question: str, collections: tuple[str, ...] | None
) -> str | None:
    """The answer to a question about the library itself; None when it is about something else.

    Args:
        collections: those that are asked about; None is all of them.
    """
    if not may_ask_for_catalog(question) or collections == () or library.is_empty():
        return None
    known = library.collections()
    intent = intent_of(question, [each.name for each in known])
    if intent is None:
        return None
    words = set(_words(question))
    mentioned = tuple(
        each.name for each in known if words >= set(_words(each.name)) - _KNOWN > set()
    )
    chosen = [each for each in known if each.name in (mentioned or collections or (each.name,))]
    is_all = len(chosen) == len(known)
    language = "pt" if words & _PORTUGUESE else "en"
    place = {"en": "your library", "pt": "sua biblioteca"}[language]
    if not is_all or collections is not None:
        place = ", ".join(each.name for each in chosen)
    head = _TEXTS[language][intent]
    if intent == "count":
        return head.format(
            files=_count(sum(c.files for c in chosen), "file", language),
            place=place,
            states=_states(chosen, language),
        )
    scope: list[str | None] = [None] if is_all else [each.name for each in chosen]
    if intent == "failed":
        failed = [*_files(library, scope, "skipped"), *_files(library, scope, "partial")]
        if not failed:
            return _NONE_FAILED[language].format(place=place)
        whole = sum(c.skipped + c.partial for c in chosen)
        return "\n".join([head, "", *_listed(failed, whole, language)])
    files = _files(library, scope, None, limit=None if intent == "new" else MAX_LISTED)
    if intent == "new":
        files.sort(key=lambda file: (file.modified is not None, file.modified), reverse=True)
    listed = _listed(files[:MAX_LISTED], sum(each.files for each in chosen), language)
    totals = _totals(chosen, language) if intent == "list" else []
    return "\n".join([head.format(place=place), "", *totals, *listed])


def may_ask_for_catalog(question: str) -> bool:
    """Whether it is worth asking which collections there are."""
    words = set(_words(question))
    return bool(words & (_SETS["files"] | _SETS["places"])) and bool(
        words & (_SETS["counting"] | _SETS["new"] | _SETS["failed"] | _SETS["reading"])
        or words & (_SETS["listing"] | _SETS["asking"])
    )


def rows_left_out(question: str, used: Sequence[Passage]) -> str:
    """What is said where something is counted over tables of which only a part was read; else
    nothing."""
    if not set(_words(question)) & _SETS["counting"]:
        return ""
    told = []
    for path in dict.fromkeys(passage.path for passage in used if passage.place.row is not None):
        read = [passage for passage in used if passage.path == path]
        whole = read[0].file_passages
        if whole > len(read):
            name = path.rpartition("/")[2]
            told.append(
                ngettext(
                    "only {read:,} of the {passages:,} passage of {file} were read",
                    "only {read:,} of the {passages:,} passages of {file} were read",
                    whole,
                    read=len(read),
                    passages=whole,
                    file=name,
                )
            )
    return one_line("; ".join(told), 400)


def _files(
    library: Library,
    scope: Sequence[str | None],
    state: Literal["skipped", "partial"] | None,
    limit: int | None = MAX_LISTED,
) -> list[FileEntry]:
    found = [file for name in scope for file in library.files(name, state, limit=limit)]
    return list({file.path: file for file in found}.values())


def _listed(files: Sequence[FileEntry], whole: int, language: str) -> Iterator[str]:
    """Files, a line each, as `library list` tells them."""
    for file in files[:MAX_LISTED]:
        state = _STATES[language].get(file.state, file.state)
        told = f"{state}, {_count(file.passages, 'passage', language)}"
        if file.reason:
            told = f"{state}, {ENGLISH_REASONS[file.reason]}: {file.detail}"
        date = f", {file.modified:%Y-%m-%d}" if file.modified else ""
        yield f"- {one_line(file.path, 400)} ({one_line(told, 300)}{date})"
    if whole > len(files):
        left = _count(whole - len(files), "file", language)
        yield f"- … {left} {_MORE[language]}: `assistant library list`"


def _totals(chosen: Sequence[Collection], language: str) -> list[str]:
    totals = [
        f"{each.name}: {_count(each.files, 'file', language)},"
        f" {_count(each.passages, 'passage', language)}"
        for each in chosen
    ]
    return [*totals, ""]


def _states(chosen: Sequence[Collection], language: str) -> str:
    skipped, waiting = sum(c.skipped for c in chosen), sum(c.waiting for c in chosen)
    indexed = sum(c.files for c in chosen) - skipped - waiting
    return ", ".join(
        f"{_number(number, language)} {one if number == 1 else many}"
        for number, (one, many) in zip((indexed, skipped, waiting), _COUNTED[language], strict=True)
    )


def _count(number: int, thing: str, language: str) -> str:
    one, many = _NOUNS[language][thing]
    return f"{_number(number, language)} {one if number == 1 else many}"


def _number(number: int, language: str) -> str:
    return f"{number:,}".replace(",", "." if language == "pt" else ",")


def _words(text: str) -> list[str]:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(mark for mark in spread if not unicodedata.combining(mark)))
