"""Thought probes: how a template writes and switches thoughts, learnt by rendering it.

Templates differ in the names of their variables and in all that they write, but not in what they
are for: an earlier answer is given with its thoughts, and thinking is switched on or off. What
stands around the thoughts, and what a switch changes where an answer begins, tells the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Final, NamedTuple

from assistant.engine.templating.answer_headers import (
    BegunAnswer,
    BegunAnswers,
    aligned,
    between,
    split_headers,
    text_behind,
)
from assistant.engine.templating.form import (
    NOTHING,
    MessageForm,
    TemplateMessage,
    probe,
    sentinel,
    sentinel_messages,
    with_system_word,
)
from assistant.engine.templating.marker_pairs import (
    PAIRED_WORDS,
    empty_block,
    known_by,
    opening_for,
    opening_of,
)
from assistant.engine.templating.reasoning import KNOWN_MARKERS, ReasoningMarkers
from assistant.engine.templating.role_markers import marker_texts
from assistant.engine.templating.template import ChatTemplate
from assistant.engine.templating.thinking import BUDGET_NAME, ThinkingStyle, Variables

SWITCHES: Final[Mapping[str, tuple[object, object]]] = {
    "enable_thinking": (True, False),
    "thinking": (True, False),
    "thinking_mode": ("enabled", "disabled"),
    "reasoning": (True, False),
    "force_reasoning": (True, False),
    "skip_reasoning": (False, True),
}
"""Variables of templates that switch thinking on and off."""

EFFORT_NAMES: Final = ("reasoning_effort", "thinking_effort", "reasoning_strength")

EFFORT_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "low": ("low",),
    "medium": ("medium",),
    "high": ("high", "xhigh", "max"),
    "off": ("none", "no_think", "minimal"),
}
"""What templates call an effort; the first that one takes is given."""

THOUGHT_FIELDS: Final = ("reasoning_content", "reasoning", "thinking", "thought")
"""Fields of a message that templates take thoughts from."""


def learn_thinking(
    template: ChatTemplate, form: MessageForm, vocabulary: frozenset[str] = frozenset()
) -> ThinkingStyle:
    """How a template writes thoughts, and what it can be told of them.

    Args:
        vocabulary: the model's special and added tokens.
    """
    return _Probes(template, form, vocabulary).style()


def learn_instruction(
    template: ChatTemplate, form: MessageForm, markers: ReasoningMarkers | None
) -> str:
    """The words with which a template asks for thoughts only where no system message is given."""
    if markers is None or form.folds_system:
        return ""
    alone = probe(template, form.arrange([TemplateMessage("user", sentinel(1))]))
    given = probe(template, form.arrange(sentinel_messages("system", "user")))
    if alone is None or given is None:
        return ""
    before, _, rest = given.partition(sentinel(0))
    after = rest.partition(sentinel(1))[0]
    words = alone.partition(sentinel(1))[0]
    if not (words.startswith(before) and words.endswith(after)):
        return ""
    own = words[len(before) : len(words) - len(after)].strip()
    return own if markers.opening in own or markers.closing in own else ""


class _Probes:
    """What one template makes of an answer with thoughts, and of one without."""

    def __init__(
        self, template: ChatTemplate, form: MessageForm, vocabulary: frozenset[str]
    ) -> None:
        self._template, self._form, self._vocabulary = template, form, vocabulary

    def style(self) -> ThinkingStyle:
        on, off, efforts = self._switches()
        asked = [self._asked(each) for each in (NOTHING, on, off)]
        on_word = off_word = ""
        if asked[1] == asked[2]:
            on_word, off_word = self._words()
            asked[1:] = [self._asked(NOTHING, word) for word in (on_word, off_word)]
        ends = [text_behind(text) for text in asked if text is not None]
        written = self._written(on, off)
        plain = [text for text in (self._finished(), *written.plain) if text is not None]
        leads = [] if written.lead is None else [written.lead]
        texts = [aligned(text, ends[0]) for text in (*ends, *plain, *leads)]
        begun = BegunAnswers(split_headers(texts), len(ends), len(plain))
        style = ThinkingStyle(
            on=on,
            off=off,
            efforts=efforts,
            on_word=on_word,
            off_word=off_word,
            has_off=None not in asked[1:] and asked[1] != asked[2],
            knows_budget=BUDGET_NAME in self._template.names,
        )
        begun, opening, closing = self._shown(begun, written)
        if not opening:
            begun, opening, closing = self._guessed(begun, asked)
        if not opening:
            return style
        rests = begun.plain
        bare = _bare([*rests, *begun.ends], opening, closing)
        # Models are not held to the white space that templates write.
        markers = ReasoningMarkers(opening.strip(), closing.strip(), bare.strip())
        closed = (*reversed(rests), *reversed(begun.ends))
        ended = next((rest for rest in closed if markers.closing in rest), bare)
        if not ended and not [*marker_texts(opening)]:
            # Thoughts have a header of their own, and so has an answer without any.
            ended = next((rest for rest in reversed(rests) if not opening.startswith(rest)), "")
        return style._replace(
            header=begun.header,
            markers=markers,
            opening=opening,
            closing=closing,
            skipped=ended or opening + closing,
        )

    def _switches(self) -> tuple[Variables, Variables, Mapping[str, Variables]]:
        """What switches thinking on, off, and to an effort."""
        names = self._template.names
        on: Variables = {name: values[0] for name, values in SWITCHES.items() if name in names}
        off: Variables = {name: values[1] for name, values in SWITCHES.items() if name in names}
        on, off = (each if self._asked(each) is not None else NOTHING for each in (on, off))
        if BUDGET_NAME in names:
            off = {**off, BUDGET_NAME: 0}
        effort = next((name for name in EFFORT_NAMES if name in names), None)
        efforts: dict[str, Variables] = {}
        if effort is None:
            return on, off, efforts
        for level in ("low", "medium", "high"):
            choices = ({**on, effort: value} for value in EFFORT_VALUES[level])
            taken = next((one for one in choices if self._asked(one) is not None), None)
            if taken is not None:
                efforts[level] = taken
        told = {self._asked(each) for each in (on, *efforts.values())}
        if len(told) < 2:
            return on, off, {}
        thinks = self._asked(efforts["high"]) if "high" in efforts else None
        for value in EFFORT_VALUES["off"]:
            without = self._asked({**off, effort: value})
            if thinks is None or without is None or text_behind(without) == text_behind(thinks):
                continue
            if self._asked(on) == without:
                on = efforts["high"]
            return on, {**off, effort: value}, efforts
        return on, off, efforts

    def _words(self) -> tuple[str, str]:
        """The words in a system message that switch thinking on and off; empty for none.

        Such a word is taken out of the message, and changes how an answer begins.
        """
        on = off = ""
        usual = None if self._form.folds_system else self._asked(NOTHING, sentinel(1))
        for word in self._template.sought if usual is not None else ():
            text = self._asked(NOTHING, f"{sentinel(1)} {word}")
            if text is None or word in text or text_behind(text) == text_behind(usual or ""):
                continue
            changed, before = split_headers([text_behind(text), text_behind(usual or "")])
            if _is_closed(changed) and not _is_closed(before):
                off = off or word
            elif _is_closed(before) and not _is_closed(changed):
                on = on or word
        return on, off

    def _asked(self, variables: Variables, word: str = "") -> str | None:
        """A question, up to where the model begins; behind a word in the system message."""
        given = self._form.arrange(with_system_word(sentinel_messages("user"), word))
        return probe(self._template, given, variables=variables)

    def _finished(self) -> str | None:
        """What is written from a question to an earlier answer."""
        given = self._form.arrange(sentinel_messages("user", "assistant", "user"))
        text = probe(self._template, given)
        return None if text is None else between(text, 0, 1)

    def _written(self, on: Variables, off: Variables) -> "_Written":
        """The last answer without thoughts, and with them where the template shows them."""
        plain = []
        for variables in (on, off):
            given = self._form.arrange(sentinel_messages("user", "assistant"))
            text = probe(self._template, given, open_answer=False, variables=variables)
            if text is not None and (found := between(text, 0, 1)) is not None:
                plain.append(found)
        for fields in self._thoughtful():
            asked, said = sentinel_messages("user", "assistant")
            given = self._form.arrange([asked, said._replace(more=fields)])
            for variables in (on, NOTHING):
                text = probe(self._template, given, open_answer=False, variables=variables)
                lead = between(text, 0, 2) if text else None
                # Some print all that they are given as a list.
                if text and lead is not None and not lead.endswith(("'", '"')):
                    after = between(text, 2, 1)
                    return _Written(plain, lead, after, text.partition(sentinel(2))[2])
        return _Written(plain, None, None, "")

    def _thoughtful(self) -> Iterator[Variables]:
        """The fields of an answer with thoughts, in every shape that templates know."""
        thoughts: Variables = {name: sentinel(2) for name in THOUGHT_FIELDS}
        yield thoughts
        yield {
            "content": [
                {"type": "thinking", "thinking": sentinel(2)},
                {"type": "text", "text": sentinel(1)},
            ]
        }
        yield {
            "content": {
                "blocks": [
                    {"type": "thoughts", "text": sentinel(2)},
                    {"type": "response", "text": sentinel(1)},
                ]
            }
        }
        # Some show thoughts only of answers that called a tool.
        call = {"id": "call00001", "type": "function", "function": {"name": "f", "arguments": {}}}
        yield {**thoughts, "content": "", "tool_calls": [call]}

    def _shown(self, begun: BegunAnswers, written: "_Written") -> tuple[BegunAnswers, str, str]:
        """What is written around thoughts that the template shows; else two empty texts.

        Returns: the beginnings of answers, too, whose headers are without the opening of thoughts.
        """
        for lead in begun.leads:
            closing = written.closing
            if closing is None:
                closing = next(iter(marker_texts(written.after)), "")
            if not lead.strip():
                begun = begun.before(opening_for(closing))
                lead = begun.leads[0]
            if lead.strip() and closing.strip():
                return begun, lead, closing
        return begun, "", ""

    def _guessed(
        self, begun: BegunAnswers, asked: Sequence[str | None]
    ) -> tuple[BegunAnswers, str, str]:
        """What stands around thoughts that the template never shows; else two empty texts.

        Returns: the beginnings of answers, too, whose headers are without the opening of thoughts.
        """
        for rest in (*begun.ends, *begun.plain):
            if block := empty_block(rest):
                return begun, *_opened_block(*block, begun.ends)
            if not rest.strip():
                continue
            moved = begun.before(opening_for(rest))
            if moved is not begun:
                opening = moved.tail_of(begun)
                return moved, opening, rest
        opening, closing = self._unseen(begun.ends, asked)
        return begun, opening, closing

    def _unseen(self, ends: Sequence[str], asked: Sequence[str | None]) -> tuple[str, str]:
        """What stands around thoughts of which no answer shows both ends."""
        closings = [text for text in self._template.split_at if self._takes_out(text)]
        for rest in filter(str.strip, ends):
            closing = next((text for text in closings if text.strip() not in rest), "")
            tags = list(marker_texts(rest))
            if not closing and tags:
                closing = self._closing_of(tags[-1])
            if closing:
                return rest, f"\n{closing.strip()}\n\n"
        for closing in closings:
            if opening := opening_of(closing.strip()):
                return f"{opening}\n", f"\n{closing.strip()}\n\n"
        for opening, closing in permutations(self._template.split_at, 2):
            if self._takes_out(closing, opening):
                known = known_by(opening.strip(), closing.strip())
                return f"{known.opening}\n", f"\n{known.closing}\n\n"
        markers = self._markers_of_vocabulary() or _named(asked)
        return (f"{markers.opening}\n", f"\n{markers.closing}\n\n") if markers else ("", "")

    def _closing_of(self, opening: str) -> str:
        """The marker that ends thoughts, where the template or the vocabulary knows it."""
        for last, first in PAIRED_WORDS:
            closing = opening.replace(first, last, 1)
            known = closing in self._vocabulary or closing in self._template.source
            if closing != opening and known:
                return closing
        return ""

    def _takes_out(self, closing: str, opening: str = "") -> bool:
        """Whether the template leaves out of an earlier answer what stands before a text."""
        asked, said, *rest = sentinel_messages("user", "assistant", "user", "assistant", "user")
        content = f"{opening}{sentinel(9)}{closing}{said.content}"
        given = self._form.arrange([asked, said._replace(content=content), *rest])
        text = probe(self._template, given) or ""
        return sentinel(9) not in text and sentinel(1) in text

    def _markers_of_vocabulary(self) -> ReasoningMarkers | None:
        for markers in KNOWN_MARKERS:
            if {markers.opening, markers.closing} <= self._vocabulary:
                return markers
            if markers.bare and {"<|channel|>", "<|message|>"} <= self._vocabulary:
                return markers
        return None


class _Written(NamedTuple):
    """Answers as a template writes them last in a conversation."""

    plain: Sequence[str]
    """From the question to an answer without thoughts, with thinking on and off."""
    lead: str | None
    """From the question to the thoughts of an answer; None where they are not shown."""
    closing: str | None
    """From the thoughts to the answer; None where something else stands behind them."""
    after: str
    """All that stands behind the thoughts."""


def _is_closed(begun: BegunAnswer) -> bool:
    """Whether an answer begins with thoughts that are closed already."""
    last = next(iter(reversed([*marker_texts(begun.rest)])), "")
    opening = opening_of(last)
    is_paired = bool(opening) and opening in begun.header + begun.rest
    return is_paired or empty_block(begun.rest) is not None


def _opened_block(opening: str, closing: str, ends: Sequence[str]) -> tuple[str, str]:
    """What stands around thoughts, by a block without any: that has no line breaks, often, where
    one that a prompt opens has."""
    opened = next((end for end in ends if end.rstrip() == opening and end != opening), "")
    return (opened, f"\n{closing.strip()}\n\n") if opened else (opening, closing)


def _named(asked: Sequence[str | None]) -> ReasoningMarkers | None:
    """The markers that a prompt asks the model to write."""
    on = asked[1] or ""
    return next((markers for markers in KNOWN_MARKERS if markers.closing in on), None)


def _bare(rests: Sequence[str], opening: str, closing: str) -> str:
    """What is written before an answer without thoughts alone, where that is marked, too."""
    for rest in rests:
        if rest.strip() and opening.strip() not in rest and closing.endswith(rest):
            return "" if rest.strip() == closing.strip() else rest
    return ""
