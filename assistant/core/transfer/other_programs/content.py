"""Content of a message in the exports of other programs: text, thoughts, tools, images, files.

Most programs write a message as one text or as a list of typed parts. Names of types differ; what
a part is shows in the field that it carries. What is not known is kept as it stands.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from assistant.core.transfer.other_programs.fields import list_of, object_of, text_of
from assistant.language.messages import _

NOT_KEPT = _("an image or a file is mentioned, but was not imported.")
AS_IT_STANDS = _("content of an unknown type is kept as it is.")

_THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    (":::thinking", ":::"),
)
"""What programs write around the thoughts at the beginning of an answer."""
_THINKING_TYPES = frozenset({"think", "thinking", "reasoning", "thoughts"})
_TEXT_TYPES = frozenset({"text", "input_text", "output_text"})
_SILENT_TYPES = frozenset({"token_budget", "redacted_thinking", "step_start", "flag"})
"""Types of parts that hold nothing to read."""
_REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking", "thoughts")
_MAX_NAME = 200
"""Characters of the name of an image or a file."""


class ReadContent(NamedTuple):
    """Content of a message, read."""

    text: str = ""
    reasoning: str = ""
    problems: tuple[str, ...] = ()
    """What cannot be kept as it is, each time that it occurs."""


def read_content(message: Mapping[str, Any], *keys: str) -> ReadContent:
    """Read the content of a message under the first of these keys that holds any.

    Thoughts are told apart where the message has a field or parts for them, or where the text
    begins with them in markers.
    """
    texts: list[str] = []
    thoughts = [_plain(message.get(field)) for field in _REASONING_FIELDS]
    problems: list[str] = []
    for key in keys:
        _read_parts(message.get(key), texts, thoughts, problems)
        if any(texts) or any(thoughts):
            break
    text = joined(texts)
    first, text = split_thoughts(text)
    return ReadContent(text, joined([*thoughts, first]), tuple(problems))


def split_thoughts(text: str) -> tuple[str, str]:
    """Thoughts in known markers at the beginning of a text, and the rest of it."""
    start = text.lstrip()
    for opening, closing in _THOUGHTS:
        if start.startswith(opening):
            thought, found, rest = start[len(opening) :].partition(closing)
            if found:
                return thought.strip(), rest.lstrip()
    return "", text


def joined(texts: Iterable[str]) -> str:
    """Texts with a blank line between them, without empty ones."""
    return "\n\n".join(text for text in texts if text.strip())


def fenced(text: str, language: str = "") -> str:
    """Fenced block of code, whatever marks are in it; empty for an empty text."""
    if not text:
        return ""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def named_file(kind: str, name: str) -> str:
    """Stand-in for an image or a file that is not in the export; its data are no name."""
    shown = "" if name.startswith("data:") else " ".join(name.split())[:_MAX_NAME]
    return f"[{kind}: {shown or 'unnamed'}]"


def as_json(value: Any) -> str:
    """A value as a block of JSON."""
    return fenced(json.dumps(value, ensure_ascii=False, indent=1), "json")


def tool_call(name: str, given: Any) -> str:
    """Call of a tool as Markdown: its name, and what it is given."""
    if isinstance(given, str):
        body = fenced(given)
    else:
        body = as_json(given) if given not in (None, {}, []) else ""
    return joined([f"*to {name or 'tool'}:*", body])


def tool_answer(name: str, text: str) -> str:
    """Answer of a tool as Markdown; empty where it says nothing."""
    return f"*{name or 'tool'}:*\n\n{text}" if text.strip() else ""


def _plain(value: Any) -> str:
    """Text of a field that may hold a text, or an object with one."""
    if isinstance(value, str):
        return value
    return text_of(value, "value", "text", "content")


def _read_parts(content: Any, texts: list[str], thoughts: list[str], problems: list[str]) -> None:
    if content is None:
        return
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            _read_part(part, texts, thoughts, problems)
        elif part is not None:
            texts.append(fenced(json.dumps(part, ensure_ascii=False)))


def _read_part(
    part: dict[str, Any], texts: list[str], thoughts: list[str], problems: list[str]
) -> None:
    kind = text_of(part, "type")
    if kind in _SILENT_TYPES:
        return
    if kind in _THINKING_TYPES:
        thoughts.append(_first_plain(part, kind, "think", "thinking", "text", "content"))
    elif kind in _TEXT_TYPES or (not kind and _first_plain(part, "text", "value", "content")):
        texts.append(_first_plain(part, "text", "value", "content"))
    elif _is_call(part):
        texts.append(_call(part))
    elif _is_answer(part):
        texts.append(_answer(part, problems))
    elif _file_name(part, kind) is not None:
        problems.append(NOT_KEPT)
        what = "image" if "image" in kind else "file"
        texts.append(named_file(what, _file_name(part, kind) or ""))
    else:
        problems.append(AS_IT_STANDS)
        texts.append(_first_plain(part, "text", "content") or as_json(part))


def _first_plain(part: Mapping[str, Any], *keys: str) -> str:
    return next((text for key in keys if (text := _plain(part.get(key)))), "")


def _is_call(part: Mapping[str, Any]) -> bool:
    return part.get("type") in ("tool_use", "tool_call", "toolCallRequest", "function_call")


def _call(part: Mapping[str, Any]) -> str:
    """Call of a tool, and its answer where that stands in the same part."""
    call = object_of(part, "tool_call") or object_of(part, "function") or dict(part)
    call = object_of(call, "function") or call
    name = text_of(call, "name")
    given = next(
        (call[key] for key in ("input", "args", "arguments", "parameters") if call.get(key)), None
    )
    return joined([tool_call(name, given), tool_answer(name, text_of(call, "output"))])


def _is_answer(part: Mapping[str, Any]) -> bool:
    return part.get("type") in ("tool_result", "toolCallResult", "function_call_output")


def _answer(part: Mapping[str, Any], problems: list[str]) -> str:
    texts: list[str] = []
    for key in ("content", "output", "result"):
        _read_parts(part.get(key), texts, [], problems)
    return tool_answer(text_of(part, "name"), joined(texts))


def _file_name(part: Mapping[str, Any], kind: str) -> str | None:
    """Name of an image or a file that a part stands for; None when it is no such part."""
    if not any(word in kind for word in ("image", "file", "audio", "video", "document")):
        return None
    inner = object_of(part, kind) or object_of(part, "source") or part
    return text_of(inner, "url", "file_name", "filename", "name", "file_id", "identifier") or (
        text_of(part, kind, "file_name", "name")
    )


def attachments(message: Mapping[str, Any], *keys: str) -> tuple[list[str], list[str]]:
    """Files that go with a message, as lines that name them or hold what was read of them.

    Returns:
        Their texts, and a problem for each that is named only.
    """
    texts: list[str] = []
    problems: list[str] = []
    for key in keys:
        for each in list_of(message, key):
            if not isinstance(each, dict):
                continue
            inner = object_of(each, "file") or each
            name = text_of(each, "file_name", "filename", "name") or text_of(
                inner, "filename", "name", "id", "file_uuid", "url"
            )
            kind = "image" if "image" in text_of(each, "type", "file_kind") else "file"
            texts.append(named_file(kind, name))
            inside = text_of(each, "extracted_content")
            if inside:
                texts.append(fenced(inside))
            else:
                problems.append(NOT_KEPT)
    return list(dict.fromkeys(texts)), problems
