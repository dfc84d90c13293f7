"""Prompt rendering: messages to the text that the model reads, and each message's span in it."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from assistant.core.errors import ModelError
from assistant.core.values.conversation import ChatMessage
from assistant.engine.templating.reasoning import (
    USUAL_MARKERS,
    ReasoningMarkers,
    is_reasoning_open,
    reasoning_markers,
)
from assistant.engine.templating.role_markers import MarkerBreaker, markers_between
from assistant.engine.templating.template import ChatTemplate, TemplateError

CHATML_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""For a model without a template whose vocabulary has these tokens."""

PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
    "{% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\\n' }}"
    "{% else %}{{ 'Assistant: ' + message['content'] + '\\n' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
"""For a model that was never taught to chat."""

PLAIN_STOP = "\nUser:"
"""Where the answer of such a model ends."""

log = logging.getLogger(__name__)


class PromptSpan(NamedTuple):
    """Characters of the prompt from `start` up to, not including, `end`."""

    start: int
    end: int


class PromptLayout(NamedTuple):
    """A prompt's text, and the span of it that each message is responsible for."""

    text: str
    spans: tuple[PromptSpan, ...]


class PromptRenderer:
    """Renders prompts for one model."""

    def __init__(
        self,
        template: ChatTemplate,
        special: frozenset[str] = frozenset(),
        user_defined: frozenset[str] = frozenset(),
        stop: str | None = None,
        source: str = "",
    ) -> None:
        """Args:
        source: the template's own text.
        special: texts of the vocabulary's control tokens.
        user_defined: texts of its other added tokens.
        stop: text that ends an answer, for models without a token for it.

        Raises:
            TemplateError: the template cannot render the simplest conversation.
        """
        self.stop = stop
        self._reasoning = reasoning_markers(source, special | user_defined)
        self._template = template
        self._special = special
        self._folds_system = not self._begins_with_system()
        frame = self._learn_frame()
        self._headers = {"assistant": frame[1], "user": frame[2]}
        found = markers_between(frame, self._learn_edges(), user_defined)
        self._breaker = MarkerBreaker(special | found)

    def text(self, messages: Sequence[ChatMessage]) -> str:
        """Render the prompt of messages. Raises ModelError when the template refuses them."""
        return self._render(
            [self._breaker.clean(message.content) for message in messages], messages
        )

    def unfinished_answer(self, messages: Sequence[ChatMessage]) -> str:
        """The unfinished answer that is continued, as the prompt holds it."""
        if messages and messages[-1].role == "assistant":
            return self._breaker.clean(messages[-1].content)
        return ""

    @property
    def reasons(self) -> bool:
        """Whether the model is known to reason before it answers."""
        return self._reasoning is not None

    @property
    def markers(self) -> ReasoningMarkers:
        """The markers around the model's reasoning."""
        return self._reasoning or USUAL_MARKERS

    def is_thinking(self, prompt: str) -> bool:
        """Whether an answer to this prompt begins with reasoning that is open already."""
        return is_reasoning_open(prompt, self.markers)

    def without_reasoning(self, prompt: str) -> str:
        """The prompt of an answer without reasoning, for a model that otherwise begins with it."""
        if not self.reasons or prompt.rstrip().endswith(self.markers.closing):
            return prompt
        if self.markers.bare:
            return prompt + self.markers.bare
        opened = prompt if self.is_thinking(prompt) else f"{prompt}{self.markers.opening}\n"
        return f"{opened}\n{self.markers.closing}\n\n"

    def next_prompt_prefix(self, messages: Sequence[ChatMessage], answer: str) -> str:
        """The prefix that every next prompt of the conversation has, after this answer.

        It ends before a special token, where the rest can be tokenized on its own; it is empty
        when there is no such place.
        """
        *before, last = messages
        if last.role == "assistant":
            said = last.model_copy(update={"content": last.content + answer})
        else:
            before, said = [*messages], ChatMessage(role="assistant", content=answer)
        try:
            text = self.text([*before, said, ChatMessage(role="user", content=_sentinel(0))])
        except ModelError:
            return ""
        text = text.partition(_sentinel(0))[0]
        return text[: max([0, *(text.rfind(special) for special in self._special)])]

    def layout(self, messages: Sequence[ChatMessage]) -> PromptLayout:
        """The prompt and each message's span: from the end of the one before to its own end.

        What the template puts before the first message's own header, and after the last message,
        belongs to none.
        """
        contents = [self._breaker.clean(message.content) for message in messages]
        text = self._render(contents, messages)
        if not messages:
            return PromptLayout(text, ())
        probe = self._render([_sentinel(index) for index in range(len(contents))], messages)
        frame = _split(probe, len(contents))
        ends = _ends(text, contents, frame)
        start = len(frame[0]) - _common_end(frame[0], self._headers.get(messages[0].role, ""))
        starts = [start, *ends[:-1]]
        return PromptLayout(
            text, tuple(PromptSpan(a, max(a, b)) for a, b in zip(starts, ends, strict=True))
        )

    def _render(self, contents: Sequence[str], messages: Sequence[ChatMessage]) -> str:
        pairs = [(m.role, content) for m, content in zip(messages, contents, strict=True)]
        tail = pairs.pop()[1] if pairs and pairs[-1][0] == "assistant" else ""
        try:
            text = self._template.render(self._arrange(pairs))
        except TemplateError as failure:
            raise ModelError(
                f"The model's chat template does not take this conversation: {failure}.",
                "Choose another model, or start a new conversation.",
            ) from None
        if tail and self.is_thinking(text):
            text = self.without_reasoning(text)
        return text + tail

    def _arrange(self, pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        """As the template wants them: the system's words in the first question where need be."""
        if self._folds_system and len(pairs) > 1 and pairs[0][0] == "system":
            (_, system), (role, content), *rest = pairs
            pairs = [(role, f"{system}\n\n{content}"), *rest]
        elif self._folds_system and pairs and pairs[0][0] == "system":
            pairs = [("user", pairs[0][1])]
        return [{"role": role, "content": content} for role, content in pairs]

    def _begins_with_system(self) -> bool:
        """Some templates refuse a system role, some drop it without a word, and some move it to
        the newest question, where it would make the cached beginning useless."""
        roles = ("system", "user", "assistant", "user")
        probe = [{"role": role, "content": _sentinel(i)} for i, role in enumerate(roles)]
        try:
            text = self._template.render(probe)
        except TemplateError:
            return False
        return -1 < text.find(_sentinel(0)) < text.find(_sentinel(1))

    def _learn_frame(self) -> list[str]:
        """What the template writes around a user, an assistant and a user message."""
        roles = ("user", "assistant", "user")
        probe = [{"role": role, "content": _sentinel(i)} for i, role in enumerate(roles)]
        return _split(self._template.render(probe), len(probe))

    def _learn_edges(self) -> list[str]:
        """What it writes around a system message, and after an answer at the very end."""
        roles = ("system", "user", "assistant")
        pairs = [(role, _sentinel(index)) for index, role in enumerate(roles)]
        try:
            text = self._template.render(self._arrange(pairs), open_answer=False)
        except TemplateError as failure:
            log.info("the template does not render a finished conversation: %s", failure)
            return []
        return _split(text, len(pairs))


class ChosenTemplate(NamedTuple):
    """A template, and the text that ends an answer where no token does."""

    template: ChatTemplate
    stop: str | None = None


def choose_template(
    source: str | None, special: frozenset[str], bos: str, eos: str
) -> ChosenTemplate:
    """The chat template: the file's own, else what its vocabulary suggests."""
    if source:
        try:
            template = ChatTemplate(source, bos, eos)
            PromptRenderer(template)
        except TemplateError as failure:
            log.warning("the model's chat template cannot be used: %s", failure)
        else:
            return ChosenTemplate(template)
    if {"<|im_start|>", "<|im_end|>"} <= special:
        return ChosenTemplate(ChatTemplate(CHATML_TEMPLATE, bos, eos))
    return ChosenTemplate(ChatTemplate(PLAIN_TEMPLATE, bos, eos), PLAIN_STOP)


def _sentinel(index: int) -> str:
    """Private-use characters, which no template looks at and no trimming removes."""
    return f"\ue000{index}\ue001"


def _split(text: str, count: int) -> list[str]:
    """The text around the sentinels 0 … count − 1; one of them missing leaves it in one piece."""
    pieces = []
    for index in range(count):
        before, found, after = text.partition(_sentinel(index))
        pieces.append(before if found else "")
        text = after if found else text
    return [*pieces, text]


def _ends(text: str, contents: Sequence[str], frame: Sequence[str]) -> list[int]:
    """Where each content ends in `text`; templates may have trimmed it, and what surrounds it."""
    position = len(frame[0])
    ends = []
    for content, after in zip(contents, frame[1:], strict=True):
        end, position = _end(text, position, content, after)
        ends.append(end)
    return ends


def _end(text: str, start: int, content: str, after: str) -> tuple[int, int]:
    """The end of a content that begins at `start`, and of the text after it."""
    for literal in dict.fromkeys((after, after.rstrip(), after.lstrip(), after.strip())):
        for shown in (content, content.strip(), content.lstrip(), content.rstrip()):
            end = start + len(shown)
            if text.startswith(shown, start) and text.startswith(literal, end):
                return end, end + len(literal)
    found = text.find(after, start) if after else -1
    if found >= 0:
        return found, found + len(after)
    end = min(start + len(content.strip()), len(text))
    return end, end


def _common_end(left: str, right: str) -> int:
    limit = min(len(left), len(right))
    same = (n for n in range(limit, 0, -1) if left.endswith(right[len(right) - n :]))
    return next(same, 0)
