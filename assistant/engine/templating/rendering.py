"""Prompt rendering: messages to the text that the model reads, and each message's span in it."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from assistant.core.errors import ModelError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.sampling import Thinking
from assistant.engine.templating.form import (
    TemplateMessage,
    learn_form,
    probe,
    sentinel,
    sentinel_messages,
    split_at_sentinels,
    with_system_word,
)
from assistant.engine.templating.reasoning import (
    USUAL_MARKERS,
    ReasoningMarkers,
    is_reasoning_open,
)
from assistant.engine.templating.role_markers import (
    MarkerBreaker,
    answer_end,
    marker_texts,
    markers_between,
)
from assistant.engine.templating.template import ChatTemplate, TemplateError
from assistant.engine.templating.thinking import Variables
from assistant.engine.templating.thought_probes import learn_instruction, learn_thinking
from assistant.language.messages import N_

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

UNFINISHED = 10**6
"""The sentinel of an answer that is gone on with."""

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
    ) -> None:
        """Args:
        special: texts of the vocabulary's control tokens.
        user_defined: texts of its other added tokens.

        Raises:
            TemplateError: the template does not show what it is given.
        """
        self._template = template
        self._special = special
        form = learn_form(template)
        self._form = form
        self._thinking = learn_thinking(template, form, special | user_defined)
        frame, edges = self._learn_frame(), self._learn_edges()
        self._headers = {"assistant": frame[1], "user": frame[2]}
        self.answer_end = answer_end(frame[2:-1:2], special)
        """What the template writes right behind an answer; empty where nothing marks its end."""
        # Without a system message some templates write one of their own, which is prose.
        around = frame if form.folds_system else ["", *frame[1:]]
        found = markers_between(around, edges, user_defined)
        self._breaker = MarkerBreaker(special | found | self._thought_markers())
        words = learn_instruction(template, form, self._thinking.markers)
        self._instructed = form._replace(instruction=words)

    def text(self, messages: Sequence[ChatMessage], level: Thinking | None = None) -> str:
        """Render the prompt of messages.

        Args:
            level: how much the model is to think.

        Raises:
            ModelError: the template refuses them.
        """
        contents = [self._breaker.clean(message.content) for message in messages]
        return self._render(contents, messages, level)

    def unfinished_answer(self, messages: Sequence[ChatMessage]) -> str:
        """The unfinished answer that is continued, as the prompt holds it."""
        if messages and messages[-1].role == "assistant":
            return self._breaker.clean(messages[-1].content)
        return ""

    def unfinished_thoughts(self, messages: Sequence[ChatMessage]) -> str:
        """The thoughts of the unfinished answer, as the prompt holds them."""
        if messages and messages[-1].role == "assistant":
            return self._breaker.clean(messages[-1].reasoning)
        return ""

    @property
    def markers(self) -> ReasoningMarkers:
        """The markers around the model's reasoning."""
        return self._thinking.markers or USUAL_MARKERS

    @property
    def thoughts_end(self) -> str:
        """What is written between thoughts and the answer."""
        return self._thinking.closing

    def budget(self, level: Thinking | None) -> int | None:
        """Tokens of thoughts that a level allows; None for any number."""
        return self._thinking.budget(level)

    def is_thinking(self, prompt: str) -> bool:
        """Whether an answer to this prompt begins with reasoning that is open already."""
        return is_reasoning_open(prompt, self.markers)

    def next_prompt_prefix(
        self, messages: Sequence[ChatMessage], answer: str, level: Thinking | None = None
    ) -> str:
        """The prefix that every next prompt of the conversation has, after this answer.

        It ends before a special token, where the rest can be tokenized on its own; it is empty
        when there is no such place.
        """
        *before, last = messages
        if last.role == "assistant":
            said = ChatMessage(role="assistant", content=last.content + answer)
        else:
            before, said = [*messages], ChatMessage(role="assistant", content=answer)
        try:
            text = self.text([*before, said, ChatMessage(role="user", content=sentinel(0))], level)
        except ModelError:
            return ""
        text = text.partition(sentinel(0))[0]
        return text[: max([0, *(text.rfind(special) for special in self._special)])]

    def layout(
        self, messages: Sequence[ChatMessage], level: Thinking | None = None
    ) -> PromptLayout:
        """The prompt and each message's span: from the end of the one before to its own end.

        What the template puts before the first message's own header, and after the last message,
        belongs to none.
        """
        contents = [self._breaker.clean(message.content) for message in messages]
        text = self._render(contents, messages, level)
        if not messages:
            return PromptLayout(text, ())
        sentinels = [sentinel(index) for index in range(len(contents))]
        probed = self._render(sentinels, messages, level)
        frame = split_at_sentinels(probed, len(contents))
        ends = _ends(text, contents, frame)
        start = len(frame[0]) - _common_end(frame[0], self._headers.get(messages[0].role, ""))
        starts = [start, *ends[:-1]]
        return PromptLayout(
            text, tuple(PromptSpan(a, max(a, b)) for a, b in zip(starts, ends, strict=True))
        )

    def _render(
        self,
        contents: Sequence[str],
        messages: Sequence[ChatMessage],
        level: Thinking | None = None,
    ) -> str:
        given = [
            TemplateMessage(message.role, content)
            for message, content in zip(messages, contents, strict=True)
        ]
        answer = given.pop().content if given and given[-1].role == "assistant" else ""
        if thoughts := self.unfinished_thoughts(messages):
            # There are some: where the template has them off by itself, they were switched on.
            thinking = "high" if level in (None, "auto", "off", 0) else level
            variables = self._thinking.on if thinking != level else None
            opened = self._opened(given, thinking, variables)
            return self._thinking.with_thoughts(opened, thoughts, answer)
        if answer:
            return self._continued(given, level, answer)
        return self._opened(given, level)

    def _continued(
        self, given: Sequence[TemplateMessage], level: Thinking | None, answer: str
    ) -> str:
        """The prompt of an answer that has begun, as the template writes answers."""
        said = TemplateMessage("assistant", sentinel(UNFINISHED))
        text = probe(
            self._template,
            self._arranged([*given, said], level),
            open_answer=False,
            variables=self._thinking.variables(level),
        )
        before, found, _ = (text or "").rpartition(sentinel(UNFINISHED))
        if not found:
            before = self._opened(given, level)
        if self.is_thinking(before):
            before = self._thinking.without_thoughts(before)
        return before + answer

    def _opened(
        self,
        given: Sequence[TemplateMessage],
        level: Thinking | None,
        variables: Variables | None = None,
    ) -> str:
        """The prompt of an answer that has not begun; `variables` are those of the level."""
        if variables is None:
            variables = self._thinking.variables(level)
        try:
            text = self._template.render(self._arranged(given, level), variables=variables)
        except TemplateError as failure:
            raise ModelError(
                f"The model's chat template does not take this conversation: {failure}.",
                "Choose another model, or start a new conversation.",
            ) from None
        return self._thinking.without_thoughts(text) if level in ("off", 0) else text

    def _arranged(
        self, given: Sequence[TemplateMessage], level: Thinking | None
    ) -> list[dict[str, object]]:
        form = self._form if level in ("off", 0) else self._instructed
        return form.arrange(with_system_word(given, self._thinking.word(level)))

    def _thought_markers(self) -> frozenset[str]:
        """What begins and ends thoughts: the product keeps these apart, so that in a message it
        is text like any other."""
        texts = (*self.markers, *self._template.split_at)
        return frozenset(marker for text in texts for marker in marker_texts(text))

    def _learn_frame(self) -> list[str]:
        """What the template writes around questions and answers: two of each and another one,
        or as many as it takes."""
        roles = ("user", "assistant", "user", "assistant", "user")
        for count in (len(roles), 3):
            text = probe(self._template, self._form.arrange(sentinel_messages(*roles[:count])))
            if text is not None:
                return split_at_sentinels(text, count)
        raise TemplateError("it accepts no conversation")

    def _learn_edges(self) -> list[str]:
        """What it writes around a system message, and after an answer at the very end."""
        messages = sentinel_messages("system", "user", "assistant")
        text = probe(self._template, self._form.arrange(messages), open_answer=False)
        return split_at_sentinels(text, len(messages)) if text else []


class ChosenTemplate(NamedTuple):
    """The renderer of a model, and what is wrong with the template in its file."""

    renderer: PromptRenderer
    problem: str = ""
    """Why that is not used, and what is in its place, as the end of a sentence."""


def choose_template(
    source: str | None,
    special: frozenset[str],
    user_defined: frozenset[str] = frozenset(),
    bos: str = "",
    eos: str = "",
) -> ChosenTemplate:
    """The chat template: the file's own, else what its vocabulary suggests."""
    problem = ""
    if source:
        try:
            template = ChatTemplate(source, bos, eos)
            return ChosenTemplate(PromptRenderer(template, special, user_defined))
        except TemplateError as failure:
            problem = str(failure)
    if {"<|im_start|>", "<|im_end|>"} <= special:
        instead, written = CHATML_TEMPLATE, "ChatML"
    else:
        instead, written = PLAIN_TEMPLATE, "User: and Assistant:"
    renderer = PromptRenderer(ChatTemplate(instead, bos, eos), special, user_defined)
    if problem:
        problem = N_(f"its template cannot be used: {problem}; written as {written}")
        log.warning("%s", problem)
    return ChosenTemplate(renderer, problem)


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
