"""Sources of an answer on the console: what was searched, citations, contrary passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final, Self

from assistant.cli.console import Console
from assistant.cli.program import partial_objects
from assistant.core.grounding.catalog import rows_left_out
from assistant.core.grounding.citations import CitedAnswer, is_contrary, sentence_checks
from assistant.core.grounding.references import partly_read
from assistant.core.grounding.versions import disagreement_text, disagreements
from assistant.core.sanitize import one_line
from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage
from assistant.core.values.events import Retrieved
from assistant.core.values.library import NearestSentence
from assistant.core.wording import files_text, passages_text, place_text, unread_sentence
from assistant.language.messages import _, localized

MODEL_WROTE: Final = _("What the model wrote, not supported by your files:")


def print_search(event: Retrieved, question: str, console: Console) -> None:
    """Print on standard error, for a person, whether the files have a part in the answer."""
    console.end_progress()
    if event.result.corrections:
        console.info(one_line(event.result.corrections_text, 400))
    if event.result.excerpted:
        console.warning(event.result.excerpted_text)
    if event.used:
        files = {passage.path for passage in event.used}
        console.info(_reading_text(len(event.used), len(files)))
        for each in disagreements(event.used):
            console.info(one_line(disagreement_text(each), 400))
        if left_out := rows_left_out(question, event.used):
            console.info(localized(left_out))
    elif event.result.searched:
        console.info(_("nothing about this in your files"))


def _reading_text(passages: int, files: int) -> str:
    return _(
        "reading {passages} of {files}",
        passages=passages_text(passages),
        files=files_text(files),
    )


def print_citations(
    citations: Sequence[Citation], console: Console, saying: NearestSentence | None = None
) -> None:
    """Print the sources of an answer that is already shown on standard error, for a person.

    Args:
        saying: what is printed after it, which they do not quote as well.
    """
    for line in citation_lines(citations, told=saying.text if saying else ""):
        console.info(line)


def print_partly_read(passages: Sequence[Passage], console: Console) -> None:
    """Print on standard error what of an answer's files could not be read."""
    for path, unread in partly_read(passages).items():
        console.warning(f"{PurePath(path).name or path}: {unread_sentence(unread)}")


def print_unconfirmed(answer: str, console: Console) -> None:
    """Print on standard error, also in a pipe, that no passage bears out an answer."""
    if answer.strip():
        console.warning(_("Nothing in this answer is confirmed by your files."))


def partial_files(passages: Sequence[Passage]) -> list[dict[str, str]]:
    """What of an answer's files could not be read, as JSON fields."""
    return [
        {"path": path, **part}
        for path, unread in partly_read(passages).items()
        for part in partial_objects(unread)
    ]


def print_nearest_sentence(
    saying: NearestSentence,
    passages: Sequence[Passage],
    citations: Sequence[Citation],
    console: Console,
) -> None:
    """Print on standard error what the files say when they barely support the answer, or say the
    opposite."""
    passage = passages[saying.number - 1]
    place = f", {where}" if (where := place_text(passage.place)) else ""
    text = one_line(saying.text, 400)
    if any(map(is_contrary, citations)):
        console.info(_("your files say otherwise: “{text}”", text=text))
    else:
        console.info(_("your files barely support this; they say: “{text}”", text=text))
    if saying.number not in {citation.number for citation in citations}:
        console.info(f"[{saying.number}] {passage.path}{place}")


def quoted_first(saying: NearestSentence, passages: Sequence[Passage], answer: str) -> str:
    """Answer that the files do not support, below what they say to the question."""
    passage = passages[saying.number - 1]
    place = f", {where}" if (where := place_text(passage.place)) else ""
    quoted = _("Your files say: “{text}”", text=one_line(saying.text, 400))
    return f"{quoted}\n[{saying.number}] {passage.path}{place}\n\n{MODEL_WROTE}\n{answer}"


def citation_lines(
    citations: Sequence[Citation], became: Mapping[str, str] | None = None, told: str = ""
) -> list[str]:
    """Citations as text, one line for every passage that is cited; with what it says where that is
    the opposite.

    Args:
        became: what became of files since, by path.
        told: what is quoted elsewhere, and not here again.
    """
    lines = {}
    for citation in citations:
        place = f", {where}" if (where := place_text(citation.place)) else ""
        news = (became or {}).get(citation.path)
        quoted = is_contrary(citation) and citation.quote != told
        lines[(citation.number, citation.quote, citation.strength)] = (
            f"[{citation.number}] {citation.path}{place} ({_(citation.strength)})"
            + (f": “{one_line(citation.quote, 400)}”" if quoted else "")
            + (f" – {localized(news)}" if news else "")
        )
    return list(lines.values())


@dataclass(frozen=True)
class SourcedAnswer:
    """Answer with citations and sentences as JSON fields; offsets are those of `text`."""

    text: str
    citations: list[dict[str, Any]]
    sentences: list[dict[str, Any]]
    """What the check says of each sentence; empty when there was nothing to hold it against."""

    @classmethod
    def from_answer(cls, answer: CitedAnswer, *, checked: bool) -> Self:
        """Citations and sentences of an answer as JSON fields.

        Args:
            checked: whether the model read passages for this answer.
        """
        return cls(
            text=answer.text,
            citations=[citation_object(citation) for citation in answer.citations],
            sentences=[
                {
                    "start": verdict.sentence.start,
                    "end": verdict.sentence.end,
                    "text": verdict.sentence.text,
                    "strength": verdict.strength,
                    "number": verdict.number,
                }
                for verdict in sentence_checks(answer)
            ]
            if checked
            else [],
        )


def citation_object(citation: Citation) -> dict[str, Any]:
    """A citation as the JSON object that other programs get."""
    place = citation.place
    return {
        "number": citation.number,
        "strength": citation.strength,
        "start": citation.start,
        "end": citation.end,
        "path": citation.path,
        "title": citation.title,
        "page": place.page,
        "page_end": place.page_end,
        "heading": " > ".join(place.heading) or None,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "quote": citation.quote,
        "content_hash": citation.content_hash,
    }
