"""Prompts, their variables, and `{{name}}` placeholders: found, filled in, escaped.

A backslash before a placeholder makes it literal: of the backslashes that stand right before a
placeholder every two become one, and an odd one keeps the braces. What only looks like one, such as
`{{ }}`, is text. Values are data: what they hold is not searched for placeholders.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from pydantic import Field

from assistant.core.errors import MissingValuesError
from assistant.core.values.base import Value
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.sampling import SamplingChanges

BUILT_IN_VARIABLES = ("date", "time", "os", "cwd", "clipboard", "selection", "input")
"""Variables that need no declaration: what surrounds a conversation when it begins."""


class PromptVariable(Value):
    """A variable of a prompt file."""

    name: str
    default: str | None = None
    """None has it asked for."""


class ConversationStart(Value):
    """Start of a conversation: a prompt whose variables have their values."""

    prompt_name: str | None = None
    text: str = ""
    examples: tuple[ChatMessage, ...] = ()
    sampling: SamplingChanges = Field(default_factory=SamplingChanges)
    model: str | None = None
    """A hint: the conversation's model where there is such a model."""
    collections: tuple[str, ...] | None = None


class Prompt(Value):
    """One prompt of the library."""

    name: str
    title: str
    description: str
    language: str
    text: str
    """The system prompt, with placeholders."""
    variables: tuple[PromptVariable, ...] = ()
    """The file's own, as declared."""
    sampling: SamplingChanges = Field(default_factory=SamplingChanges)
    model: str | None = None
    collections: tuple[str, ...] | None = None
    examples: tuple[ChatMessage, ...] = ()
    """Questions and answers, in turn, with placeholders."""
    path: str = ""
    """Of its file."""

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that its texts use, in order."""
        texts = [self.text, *(example.content for example in self.examples)]
        found = (name for text in texts for name in placeholders_in(text))
        return tuple(dict.fromkeys(found))

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Variables that have neither a value nor a default, to be asked for."""
        known = self._defaults() | dict(values)
        return tuple(name for name in self.names if name not in known)

    def unknown(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Names of values that no variable takes."""
        declared = {variable.name for variable in self.variables}
        return tuple(
            name for name in values if name not in declared.union(self.names, BUILT_IN_VARIABLES)
        )

    def resolve(self, values: Mapping[str, str]) -> ConversationStart:
        """The prompt with its variables filled in, once and for all.

        Raises:
            MissingValuesError: names those to be asked for.
        """
        missing = self.missing(values)
        if missing:
            raise MissingValuesError.of(self.name, missing)
        known = self._defaults() | dict(values)
        return ConversationStart(
            prompt_name=self.name,
            text=fill_placeholders(self.text, known),
            examples=tuple(_filled(example, known) for example in self.examples),
            sampling=self.sampling,
            model=self.model,
            collections=self.collections,
        )

    def _defaults(self) -> dict[str, str]:
        return {each.name: each.default for each in self.variables if each.default is not None}


class PromptProblem(Value):
    """A prompt file that cannot be used: what is wrong with it and what to do about it."""

    path: str
    reason: str
    """One line; names the key or the line, where there is one."""
    fix: str = ""


def _filled(message: ChatMessage, values: Mapping[str, str]) -> ChatMessage:
    content = fill_placeholders(message.content, values)
    return message.model_copy(update={"content": content})


def example_pairs(examples: Sequence[ChatMessage]) -> list[tuple[str, str]]:
    """Questions of examples with their answers."""
    contents = [example.content for example in examples]
    return list(zip(contents[::2], contents[1::2], strict=True))


_LETTER = r"[\w\u0300-\u036f]"
"""An accent may follow its letter as a character of its own."""

VARIABLE_NAME = re.compile(rf"[^\W\d]{_LETTER}*(?:-{_LETTER}+)*")
"""What a variable may be called, in letters of any language."""

_PLACEHOLDER = re.compile(rf"(?<!\\)(\\*+)(\{{\{{[ \t]*({VARIABLE_NAME.pattern})[ \t]*\}}\}})")


def variable_key(name: str) -> str:
    """Normal form of a variable's name: an accent may be typed in two ways."""
    return unicodedata.normalize("NFC", name)


def placeholders_in(text: str) -> tuple[str, ...]:
    """Variables of a text, each once, in order."""
    found = (
        variable_key(match[3]) for match in _PLACEHOLDER.finditer(text) if not _is_literal(match)
    )
    return tuple(dict.fromkeys(found))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Text with its placeholders replaced by values, and without the backslashes that kept braces.

    Raises:
        KeyError: a value is not there.
    """

    def replace(match: re.Match[str]) -> str:
        backslashes = "\\" * (len(match[1]) // 2)
        return backslashes + (match[2] if _is_literal(match) else values[variable_key(match[3])])

    return _PLACEHOLDER.sub(replace, text)


def escape_placeholders(text: str) -> str:
    """Text with its braces escaped, so that `fill_placeholders` gives it back unchanged."""
    return _PLACEHOLDER.sub(lambda match: f"{match[1] * 2}\\{match[2]}", text)


def _is_literal(match: re.Match[str]) -> bool:
    return len(match[1]) % 2 == 1
