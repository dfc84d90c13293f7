"""Message form: the shape in which a template takes messages, learnt by rendering sentinels."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from assistant.engine.templating.template import (
    ChatTemplate,
    TemplateError,
    TemplateLimitError,
)
from assistant.language.messages import N_

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

log = logging.getLogger(__name__)


class TemplateMessage(NamedTuple):
    """A message on its way into a template."""

    role: str
    content: str
    more: Mapping[str, object] = NOTHING
    """Further fields; they replace those of the same name."""


class MessageForm(NamedTuple):
    """How messages are given to a template, so that all of them come out."""

    typed: bool = False
    """Whether a content is a list of parts, such as `{"type": "text", "text": …}`."""
    folds_system: bool = False
    """Whether the system's words go into the first question."""
    instruction: str = ""
    """Words of the template itself that stand before the system's."""

    def arrange(self, messages: Sequence[TemplateMessage]) -> list[dict[str, object]]:
        """Messages as the template wants them."""
        given = [*messages]
        if given and given[0].role == "system":
            system = given[0].content
            if self.instruction:
                system = f"{self.instruction}\n\n{system}"
            if not self.folds_system:
                given[0] = given[0]._replace(content=system)
            elif len(given) > 1:
                given[:2] = [given[1]._replace(content=f"{system}\n\n{given[1].content}")]
            else:
                given[0] = TemplateMessage("user", system)
        return [
            {"role": one.role, "content": self._content(one.content), **one.more} for one in given
        ]

    def _content(self, text: str) -> object:
        return [{"type": "text", "text": text}] if self.typed else text


def learn_form(template: ChatTemplate) -> MessageForm:
    """The form in which a template shows all that it is given: questions, answers, system.

    Raises:
        TemplateError: there is none; the text says what is missing, or why it fails.
    """
    problem = ""
    for typed in (False, True):
        form = MessageForm(typed)
        try:
            text = template.render(form.arrange(sentinel_messages("user", "assistant", "user")))
        except TemplateLimitError:
            raise
        except TemplateError as failure:
            problem = problem or str(failure)
            continue
        missing = _missing(text)
        if not missing:
            return form._replace(folds_system=not _shows_system(template, form))
        problem = problem or missing
    raise TemplateError(problem)


def _missing(text: str) -> str:
    """What of a question, its answer and another question is not in a prompt, in words."""
    places = [text.find(sentinel(index)) for index in range(3)]
    if min(places) >= 0 and places == sorted(places):
        return ""
    if max(places) < 0:
        return N_("it shows nothing of what is said")
    if places[1] < 0 <= min(places[0], places[2]):
        return N_("it leaves out the answers")
    if min(places) < 0:
        return N_("it leaves out questions")
    return N_("it changes the order of messages")


def _shows_system(template: ChatTemplate, form: MessageForm) -> bool:
    """Some templates refuse a system role, some drop it without a word, and some move it to the
    newest question, where it would make the cached beginning useless."""
    messages = sentinel_messages("system", "user", "assistant", "user")
    text = probe(template, form.arrange(messages)) or ""
    return -1 < text.find(sentinel(0)) < text.find(sentinel(1))


def with_system_word(messages: Sequence[TemplateMessage], word: str) -> Sequence[TemplateMessage]:
    """Messages with a word at the end of the system message, which is there then."""
    if not word:
        return messages
    if not messages or messages[0].role != "system":
        return [TemplateMessage("system", word), *messages]
    return [messages[0]._replace(content=f"{messages[0].content}\n\n{word}"), *messages[1:]]


def sentinel(index: int) -> str:
    """Private-use characters, which no template looks at and no trimming removes."""
    return f"\ue000{index}\ue001"


def sentinel_messages(*roles: str) -> list[TemplateMessage]:
    """Messages whose contents are the sentinels 0, 1, …"""
    return [TemplateMessage(role, sentinel(index)) for index, role in enumerate(roles)]


def probe(
    template: ChatTemplate,
    messages: Sequence[Mapping[str, object]],
    *,
    open_answer: bool = True,
    variables: Mapping[str, object] = NOTHING,
) -> str | None:
    """What a template makes of messages; None where it refuses them.

    Raises:
        TemplateLimitError: it takes too much time or memory.
    """
    try:
        return template.render(messages, open_answer=open_answer, variables=variables)
    except TemplateLimitError:
        raise
    except TemplateError as failure:
        log.debug("the template does not render a probe: %s", failure)
        return None


def split_at_sentinels(text: str, count: int) -> list[str]:
    """The text around the sentinels 0 … count − 1; one of them missing leaves it in one piece."""
    pieces = []
    for index in range(count):
        before, found, after = text.partition(sentinel(index))
        pieces.append(before if found else "")
        text = after if found else text
    return [*pieces, text]
