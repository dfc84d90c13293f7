"""Chat template: a model's own Jinja code, run in a sandbox with limits on time and memory."""

import json
import logging
import resource
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType, MappingProxyType
from typing import Any

import jinja2
import psutil
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

TIME_LIMIT = 2.0
"""Seconds of the processor that a template may take; real ones need milliseconds. On a busy machine
any of them may have to wait for longer."""

MEMORY_LIMIT = 2**29
"""Bytes a template may take besides what the process has."""

FRAME_LIMIT = 2**16
"""Characters a template may write around all messages; the longest real ones are of some 10,000."""

FRAME_PER_MESSAGE = 2**10
"""Characters it may write around each of them besides."""

GROWTH_LIMIT = 4
"""How many times what it is given may come out, quoted as JSON or said twice."""

log = logging.getLogger(__name__)


class TemplateError(Exception):
    """The template cannot be used, or refuses the messages; the text says why."""


class TemplateLimitError(TemplateError):
    """The template takes too much time or memory, or writes too much."""


class ChatTemplate:
    """A compiled template. Renders as transformers does, where the templates are written for."""

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        """Raises TemplateError when `source` is not a template."""
        self.source = source
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        environment.filters["tojson"] = _to_json
        environment.globals.update(
            raise_exception=_refuse, strftime_now=lambda form: datetime.now().strftime(form)
        )
        self._given: dict[str, str | None] = {"bos_token": bos, "eos_token": eos, "tools": None}
        with _limits():
            parsed = environment.parse(_with_line_breaks(environment, source))
            self.names = frozenset(name.name for name in parsed.find_all(nodes.Name))
            """The variables it mentions, its own included."""
            self.split_at = _split_texts(parsed)
            """The texts at which it splits others."""
            self.sought = _sought_words(parsed)
            """The words that it looks for in others."""
            # Constant expressions are evaluated already here.
            self._template = environment.from_string(parsed)
        self._leave_out_tools()

    def render(
        self,
        messages: Sequence[Mapping[str, object]],
        *,
        open_answer: bool = True,
        variables: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """The prompt's text, with the opening of an answer at the end unless told otherwise.

        Args:
            variables: what is given beside the messages, such as `enable_thinking`.

        Raises:
            TemplateError: the template failed, or refuses this list of messages.
        """
        with _limits():
            text = self._template.render(
                messages=[dict(message) for message in messages],
                add_generation_prompt=open_answer,
                **{**self._given, **variables},
            )
        given = sum(len(str(value)) for message in messages for value in message.values())
        allowed = FRAME_LIMIT + FRAME_PER_MESSAGE * len(messages) + GROWTH_LIMIT * given
        if len(text) > allowed:
            raise TemplateLimitError(f"it writes {len(text):,} characters around {given:,}")
        return text

    def _leave_out_tools(self) -> None:
        """Templates for tools loop over them; over none at all they cannot, over nothing they can.

        Others ask whether there are none, so that this is only the second choice.
        """
        probe = [{"role": "user", "content": "?"}]
        try:
            self.render(probe)
        except TemplateError:
            del self._given["tools"]


def _split_texts(parsed: nodes.Template) -> tuple[str, ...]:
    calls = (call for call in parsed.find_all(nodes.Call) if call.args)
    given = [
        call.args[0]
        for call in calls
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "split"
    ]
    texts = (one.value for one in given if isinstance(one, nodes.Const))
    return tuple(dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip()))


def _sought_words(parsed: nodes.Template) -> tuple[str, ...]:
    tests = (test for test in parsed.find_all(nodes.Compare) if test.ops[0].op in ("in", "notin"))
    texts = (test.expr.value for test in tests if isinstance(test.expr, nodes.Const))
    return tuple(dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip()))


def _with_line_breaks(environment: jinja2.Environment, source: str) -> str:
    r"""The source with line breaks where someone has written all of them as `\n`.

    Within tags `\n` is a line break to Jinja itself, inside a text that is quoted.
    """
    if "\n" in source.strip() or "\\n" not in source:
        return source
    return "".join(
        value.replace("\\n", "\n") if kind == "data" else value
        for _, kind, value in environment.lex(source)
    )


class _Generation(Extension):
    """`{% generation %}`, which marks answers for training and renders what it holds."""

    tags = {"generation"}  # noqa: RUF012 - jinja2's own shape

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return list(parser.parse_statements(("name:endgeneration",), drop_needle=True))


class _TooSlowError(BaseException):
    """Not an Exception, so that no template can catch it."""


@contextmanager
def _limits() -> Iterator[None]:
    """Run foreign code; whatever goes wrong in it is a TemplateError.

    Only the main thread can be interrupted; only Linux limits the address space.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = psutil.Process().memory_info().vms + MEMORY_LIMIT
    if soft == resource.RLIM_INFINITY or allowed < soft:
        _set_memory_limit(allowed, hard)
    previous = signal.signal(signal.SIGPROF, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, TIME_LIMIT)
    try:
        yield
    except _TooSlowError:
        raise TemplateLimitError(f"it did not end within {TIME_LIMIT:g} seconds") from None
    except MemoryError:
        raise TemplateLimitError("it used too much memory") from None
    except Exception as failure:  # noqa: BLE001 - foreign code may raise anything
        raise TemplateError(_first_line(failure)) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
        _set_memory_limit(soft, hard)


def _first_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else type(failure).__name__


def _set_memory_limit(soft: int, hard: int) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ValueError, OSError) as failure:
        log.debug("no memory limit for templates: %s", failure)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise _TooSlowError


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """As transformers has it; Jinja's own filter escapes HTML, which no model was trained on."""
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )
