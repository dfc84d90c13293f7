"""Prompt files: Markdown with YAML front matter, parsed and written.

    ---
    title: Sentiment
    variables:
      scale: positive, negative or neutral
    ---
    Say what the text feels like: {{scale}}.

    ## User

    I love it!

    ## Assistant

    positive

`## User` and `## Assistant` on lines of their own begin the examples, in turn. A line that reads
so in a text has a backslash before it. docs/prompts.md tells users the same.

Front matter is written such that every reader of YAML takes its texts for the same texts.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, ValidationInfo, field_validator

from assistant.core.values import prompts
from assistant.core.values.base import Value
from assistant.core.values.conversation import ChatMessage, Role
from assistant.core.values.prompts import BUILT_IN_VARIABLES, Prompt, PromptVariable
from assistant.core.values.sampling import SamplingChanges
from assistant.language.messages import N_

LoadYaml = Callable[[str], object]
"""Parses YAML whose plain values are texts; raises ValueError, in one line, when it is not YAML."""

FENCE = "---"
CORRECT_HINT = N_("Correct it or remove the line.")

_HEADING = re.compile(r"(\\*)## *(user|assistant)[ \t]*", re.IGNORECASE)
_NEW_LINE = re.compile(r"\r\n?")
_UNSTORABLE = re.compile(r"[\ud800-\udfff]")

OneLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class BadPromptError(Exception):
    """A prompt file that cannot be used."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


class FrontMatter(Value):
    """Front matter: what stands between the fences at the head of a prompt file."""

    title: OneLine
    description: str = ""
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")] = "en"
    variables: dict[str, str | None] = Field(default_factory=dict)
    sampling: SamplingChanges = SamplingChanges()
    model: OneLine | None = None
    collections: tuple[OneLine, ...] | None = None

    @field_validator("description", "variables", "sampling", mode="before")
    @classmethod
    def _nothing(cls, given: object, info: ValidationInfo) -> object:
        """A key with nothing behind it is as good as none."""
        assert info.field_name is not None
        field = cls.model_fields[info.field_name]
        return field.get_default(call_default_factory=True) if given is None else given

    @field_validator("variables")
    @classmethod
    def _names(cls, variables: dict[str, str | None]) -> dict[str, str | None]:
        for name in variables:
            if not prompts.VARIABLE_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a name for a variable: letters, digits, _ and -")
        return {prompts.variable_key(name): default for name, default in variables.items()}


def clean(text: str) -> str:
    """Text as a prompt file can hold it."""
    return _UNSTORABLE.sub("\ufffd", _NEW_LINE.sub("\n", text)).replace("\0", "").strip(" \t\n")


def parse(name: str, source: str, load_yaml: LoadYaml, path: str = "") -> Prompt:
    """The prompt that a file's text describes.

    Raises:
        BadPromptError: it describes none.
    """
    lines = _NEW_LINE.sub("\n", source.removeprefix("\ufeff")).split("\n")
    if "\0" in source:
        raise BadPromptError("it is not text", "Save it as text in UTF-8.")
    head, body, offset = _divide(lines)
    matter = _front_matter(head, load_yaml)
    text, examples = _sections(body, offset)
    if not text and not examples:
        raise BadPromptError("it is empty", "Write the prompt below the front matter.")
    prompt = Prompt(
        name=name,
        text=text,
        examples=tuple(examples),
        variables=tuple(PromptVariable(name=n, default=d) for n, d in matter.variables.items()),
        path=path,
        **matter.model_dump(exclude={"variables", "sampling"}),
        sampling=matter.sampling,
    )
    for used in prompt.names:
        if used not in matter.variables and used not in BUILT_IN_VARIABLES:
            raise BadPromptError(
                f"{{{{{used}}}}} is not a variable",
                f"Name it under `variables`, or write \\{{{{{used}}}}} for the bare text.",
            )
    return prompt


def write(prompt: Prompt) -> str:
    """Text of a prompt file; `parse` gives the same prompt, if its texts are `clean`."""
    texts = [_guarded(prompt.text), *(_section(example) for example in prompt.examples)]
    body = "\n\n".join(text for text in texts if text)
    return "\n".join([FENCE, *_matter_lines(prompt), FENCE, "", f"{body}\n"])


def _divide(lines: list[str]) -> tuple[str, list[str], int]:
    """Front matter, body, and the number of the body's first line."""
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() == FENCE:
        for end in range(start + 1, len(lines)):
            if lines[end].rstrip() == FENCE:
                # Blank lines keep the line numbers of what YAML complains about.
                blank = "\n" * (start + 1)
                return blank + "\n".join(lines[start + 1 : end]), lines[end + 1 :], end + 2
    raise BadPromptError(
        "it does not begin with front matter between two --- lines",
        "Begin it with the lines ---, `title: …` and ---.",
    )


def _front_matter(head: str, load_yaml: LoadYaml) -> FrontMatter:
    try:
        loaded = load_yaml(head)
    except ValueError as failure:
        fix = N_("Put values with special characters between quotation marks.")
        raise BadPromptError(str(failure), fix) from None
    if not isinstance(loaded, Mapping | None):
        raise BadPromptError("the front matter has no keys", "Write it as `key: value` lines.")
    try:
        return FrontMatter.model_validate(loaded or {})
    except ValidationError as failure:
        raise _explained(failure) from None


def _explained(failure: ValidationError) -> BadPromptError:
    problem = failure.errors(include_url=False)[0]
    path = [str(part) for part in problem["loc"]]
    key = ".".join(path)
    match problem["type"]:
        case "missing":
            return BadPromptError(f"`{key}` is missing", f"Add a line `{key}: …`.")
        case "extra_forbidden":
            group = SamplingChanges if path[0] == "sampling" else FrontMatter
            known = ", ".join(group.model_fields)
            return BadPromptError(f"`{key}` is not a key", f"There are: {known}.")
        case "value_error":
            return BadPromptError(f"`{key}`: {problem['ctx']['error']}", CORRECT_HINT)
        case "model_type" | "dict_type":
            return BadPromptError(f"`{key}` has no keys", "Indent `key: value` lines below it.")
        case "tuple_type":
            return BadPromptError(f"`{key}` is not a list", f"Write `{key}: [one, another]`.")
        case "string_pattern_mismatch":
            return BadPromptError(f"`{key}` is not a language", "Write it as en, pt or pt-BR.")
    given = repr(problem["input"])
    shown = given if len(given) <= 60 else f"{given[:59]}…"
    message = problem["msg"].lower()
    return BadPromptError(f"`{key}` cannot be {shown}: {message}", CORRECT_HINT)


def _sections(lines: list[str], offset: int) -> tuple[str, list[ChatMessage]]:
    """The system prompt and the examples below it."""
    text: list[str] = []
    sections: list[tuple[int, Role, list[str]]] = []
    for number, line in enumerate(lines, offset):
        heading = _HEADING.fullmatch(line)
        if heading and not heading[1]:
            role: Role = "user" if heading[2].lower() == "user" else "assistant"
            sections.append((number, role, []))
        else:
            (sections[-1][2] if sections else text).append(line[1:] if heading else line)
    examples = [_example(place, *section) for place, section in enumerate(sections)]
    if len(examples) % 2:
        raise BadPromptError(
            f"line {sections[-1][0]}: the last example has no answer",
            "Write `## Assistant` and the answer below it.",
        )
    return clean("\n".join(text)), examples


def _example(place: int, number: int, role: Role, lines: list[str]) -> ChatMessage:
    expected = ("user", "assistant")[place % 2]
    if role != expected:
        raise BadPromptError(
            f"line {number}: an example is `## User`, then `## Assistant`, in turn",
            f"Begin this one with `## {expected.title()}`, or put a backslash before a heading"
            " that is meant as text.",
        )
    content = clean("\n".join(lines))
    if not content:
        raise BadPromptError(f"line {number}: there is nothing below it", "Write the example.")
    return ChatMessage(role=role, content=content)


def _matter_lines(prompt: Prompt) -> Iterator[str]:
    yield f"title: {yaml_scalar(prompt.title)}"
    if prompt.description:
        yield f"description: {yaml_scalar(prompt.description)}"
    yield f"language: {yaml_scalar(prompt.language)}"
    if prompt.variables:
        yield "variables:"
        for variable in prompt.variables:
            default = "" if variable.default is None else f" {yaml_scalar(variable.default)}"
            yield f"  {variable.name}:{default}"
    chosen = prompt.sampling.model_dump(exclude_none=True)
    if chosen:
        yield "sampling:"
        yield from (f"  {key}: {value}" for key, value in chosen.items())
    if prompt.model:
        yield f"model: {yaml_scalar(prompt.model)}"
    if prompt.collections is not None:
        names = ", ".join(yaml_quoted(name) for name in prompt.collections)
        yield f"collections: [{names}]"


def _section(example: ChatMessage) -> str:
    return f"## {example.role.title()}\n\n{_guarded(example.content)}"


def _guarded(text: str) -> str:
    """`text` without lines that would be read as headings."""
    return "\n".join(f"\\{ln}" if _HEADING.fullmatch(ln) else ln for ln in text.split("\n"))


_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.()!?/’–-]*[\w.)!?])?")
_SPECIAL = re.compile(r"(?:null|true|false|yes|no|on|off|y|n)", re.IGNORECASE)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def yaml_scalar(text: str) -> str:
    """YAML scalar, without quotation marks where every reader takes it for a text."""
    safe = _PLAIN.fullmatch(text) and not _SPECIAL.fullmatch(text) and text.isprintable()
    return text if safe else yaml_quoted(text)


def yaml_quoted(text: str) -> str:
    """YAML scalar in double quotation marks."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
