"""Content of one message in ChatGPT's export, as Markdown."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from assistant.core.transfer.other_programs.content import AS_IT_STANDS, NOT_KEPT, fenced
from assistant.language.messages import _

CONTEXT_KINDS = ("user_editable_context", "model_editable_context")
"""Instructions that were sent along unseen."""


THOUGHT_KINDS = ("thoughts", "reasoning_recap")


class RenderedContent(NamedTuple):
    """A message's text, and what of it cannot be shown."""

    text: str
    problems: tuple[str, ...] = ()
    is_context: bool = False
    is_thought: bool = False
    """Whether the text was thought, not said."""


def render_message(
    message: Mapping[str, Any], role: str, metadata: Mapping[str, Any]
) -> RenderedContent:
    """Render a message as Markdown; images and files are named, not contained in an export."""
    content = message.get("content")
    if not isinstance(content, dict):
        return RenderedContent(
            "", (_("a message without content was left out."),) if content else ()
        )
    kind = content.get("content_type")
    problems: list[str] = []
    text = _text(content, kind, problems)
    files = [f"[file: {name}]" for name in _attached(metadata)]
    if files:
        text = "\n\n".join([*files, text] if text else files)
    if kind in THOUGHT_KINDS:
        return RenderedContent(text, tuple(problems), is_thought=True)
    if kind in CONTEXT_KINDS:
        return RenderedContent(text, tuple(problems), is_context=True)
    if role == "tool" and text:
        author = message.get("author")
        name = author.get("name") if isinstance(author, dict) else None
        text = f"*{name or 'tool'}:*\n\n{text}"
    recipient = message.get("recipient")
    if role == "assistant" and text and isinstance(recipient, str) and recipient != "all":
        text = f"*to {recipient}:*\n\n{text}"
    return RenderedContent(text, tuple(problems))


def _text(content: Mapping[str, Any], kind: Any, problems: list[str]) -> str:
    match kind:
        case "text" | "multimodal_text":
            return _parts(content, problems)
        case "code":
            language = content.get("language")
            known = isinstance(language, str) and language != "unknown"
            return fenced(_string(content, "text"), str(language) if known else "")
        case "execution_output" | "system_error":
            name = _string(content, "name")
            output = fenced(_string(content, "text"))
            return f"{name}:\n\n{output}" if name and output else output
        case "thoughts":
            return _thoughts(content, problems)
        case "reasoning_recap":
            return _string(content, "content")
        case "tether_quote" | "sonic_webpage":
            return _page(content)
        case "tether_browsing_display":
            return _quoted(_string(content, "result") or _string(content, "summary"))
        case "user_editable_context":
            about = (_string(content, "user_profile"), _string(content, "user_instructions"))
            return "\n\n".join(part for part in about if part)
        case "model_editable_context":
            return _string(content, "model_set_context")
    return _unknown(content, problems)


def _parts(content: Mapping[str, Any], problems: list[str]) -> str:
    parts = content.get("parts")
    if not isinstance(parts, list):
        return _unknown(content, problems)
    texts = [_part(part, problems) for part in parts]
    return "\n\n".join(text for text in texts if text.strip())


def _part(part: Any, problems: list[str]) -> str:
    if isinstance(part, str) or part is None:
        return part or ""
    if not isinstance(part, dict):
        return fenced(json.dumps(part, ensure_ascii=False))
    kind = part.get("content_type")
    match kind:
        case "image_asset_pointer":
            return _pointer("image", part, problems)
        case "audio_asset_pointer" | "video_container_asset_pointer":
            return _pointer(str(kind).split("_")[0], part, problems)
        case "real_time_user_audio_video_asset_pointer":
            sound = part.get("audio_asset_pointer")
            return _pointer("audio", sound if isinstance(sound, dict) else part, problems)
        case "audio_transcription":
            return _string(part, "text")
        case "tether_quote" | "sonic_webpage":
            return _page(part)
        case None if isinstance(part.get("text"), str):
            return _string(part, "text")
    return _unknown(part, problems)


def _pointer(what: str, part: Mapping[str, Any], problems: list[str]) -> str:
    """What an image or a recording is called: the export has it in a file of its own, if at all."""
    address = _string(part, "asset_pointer")
    name = address.split("://")[-1] or "unnamed"
    size = ""
    if isinstance(part.get("width"), int) and isinstance(part.get("height"), int):
        size = f", {part['width']} × {part['height']}"
    metadata = part.get("metadata")
    dalle = metadata.get("dalle") if isinstance(metadata, dict) else None
    prompt = _string(dalle, "prompt") if isinstance(dalle, dict) else ""
    problems.append(NOT_KEPT)
    return f"[{what}: {name}{size}]" + (f"\n\n{_quoted(prompt)}" if prompt else "")


def _thoughts(content: Mapping[str, Any], problems: list[str]) -> str:
    thoughts = content.get("thoughts")
    if not isinstance(thoughts, list):
        return _parts(content, problems) if "parts" in content else _string(content, "content")
    texts: list[str] = []
    for thought in thoughts:
        if isinstance(thought, dict):
            both = (_string(thought, "summary"), _string(thought, "content"))
            texts.append("\n".join(text for text in both if text))
        elif isinstance(thought, str):
            texts.append(thought)
    return "\n\n".join(text for text in texts if text)


def _page(content: Mapping[str, Any]) -> str:
    """A page of the web: where it is and what was read of it."""
    title = _string(content, "title") or _string(content, "domain")
    address = _string(content, "url")
    head = " ".join(part for part in (title, f"<{address}>" if address else "") if part)
    body = _string(content, "text") or _string(content, "snippet")
    return _quoted("\n\n".join(part for part in (head, body) if part))


def _unknown(content: Mapping[str, Any], problems: list[str]) -> str:
    """What is not known is kept as it stands."""
    text = _string(content, "text") or _string(content, "result")
    problems.append(AS_IT_STANDS)
    return text or fenced(json.dumps(content, ensure_ascii=False, indent=1), "json")


def _attached(metadata: Mapping[str, Any]) -> list[str]:
    attachments = metadata.get("attachments")
    found = attachments if isinstance(attachments, list) else []
    return [
        name
        for each in found
        if isinstance(each, dict) and (name := _string(each, "name") or _string(each, "id"))
    ]


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _string(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""
