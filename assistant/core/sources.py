"""Passages in the prompt: numbered, quoted, with title and place, before the question.

They stand in the user's message and the question stands last, so that everything before that
message stays as it was sent and its key/value cache stays valid. What a document says is data:
every line of it is marked as quotation, so that it can neither end its quotation nor pass for the
user. The instruction is short because small models lose the question behind a long one; citations
are not asked for, they are checked (`core.citations`).

The wording is that of the internal prompt `sources`, which a user may override.
"""

from collections.abc import Sequence

from assistant.core.documents import Passage
from assistant.core.prompts.placeholders import fill
from assistant.core.sanitize import one_line, printable

MARK = "> "
"""Before every line of a quotation."""

INSTRUCTION = "Using only the quotations above, answer this question: "

TEMPLATE = f"{{{{passages}}}}\n\n{INSTRUCTION}{{{{question}}}}"
"""The text of the shipped prompt."""


def compose(question: str, passages: Sequence[Passage], template: str = TEMPLATE) -> str:
    """The user's message as the model reads it; the bare question without passages.

    Args:
        template: holds `{{passages}}` and `{{question}}`.
    """
    if not passages:
        return question
    quoted = [_quote(number, passage) for number, passage in enumerate(passages, 1)]
    return fill(template, {"passages": "\n\n".join(quoted), "question": question})


def _quote(number: int, passage: Passage) -> str:
    place = one_line(str(passage.place), 120)
    head = f"[{number}] {one_line(passage.title, 120)}{f', {place}' if place else ''}"
    lines = printable(passage.text).split("\n")
    return "\n".join([head, *(MARK + line for line in lines)])
