"""Lists of messages: ShareGPT, the chat format of OpenAI's API, and what is like them.

A conversation is a list of `{"role": …, "content": …}` or `{"from": …, "value": …}`, alone or
under `messages`, `conversations` or `conversation`. It has no ids: what is said in it is its name.
"""

import json
from collections.abc import Mapping
from typing import Any

from assistant.core.transfer.other_programs.content import (
    joined,
    read_content,
    tool_answer,
    tool_call,
)
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
    in_a_row,
)
from assistant.core.transfer.other_programs.fields import (
    id_of,
    list_of,
    object_of,
    objects_of,
    text_of,
    time_of,
)
from assistant.language.messages import _

PROGRAM = "messages"
_KEYS = ("messages", "conversations", "conversation", "items", "turns")
_ROLES = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "function_call": "assistant",
}
"""Who speaks, by the words of programs and data sets."""
_ROLE_FIELDS = ("role", "from", "sender")
_CONTENT_FIELDS = ("content", "value", "text", "parts")


def is_message(document: Any) -> bool:
    """Whether a JSON document is one message of such a list."""
    return (
        isinstance(document, dict)
        and text_of(document, *_ROLE_FIELDS).lower() in _ROLES
        and any(field in document for field in (*_CONTENT_FIELDS, "tool_calls"))
    )


def is_message_list(document: Any) -> bool:
    """Whether a JSON document is such a list, or holds one."""
    return any(is_message(each) for each in _messages(document))


def read_message_list(document: Any) -> SourceConversation:
    """Read one conversation."""
    problems: list[str] = []
    nodes: list[SourceNode] = []
    stored = _messages(document)
    for place, message in enumerate(stored):
        if is_message(message):
            nodes.append(_node(str(place), message, problems))
        else:
            problems.append(_("an entry that is not a message was left out."))
    values = document if isinstance(document, dict) else {}
    model = text_of(values, "model") or id_of(object_of(values, "model"), "id")
    said = json.dumps([(node.role, node.text) for node in nodes], ensure_ascii=True)
    return SourceConversation(
        program=PROGRAM,
        key=id_of(values, "id", "conversation_id", "uuid") + said,
        title=text_of(values, "title", "name"),
        nodes=in_a_row(nodes),
        created=time_of(values, "created_at", "create_time", "created", "timestamp", "date"),
        updated=time_of(values, "updated_at", "update_time", "updated"),
        system_prompt=text_of(values, "system", "system_prompt", "systemPrompt", "prompt"),
        model=model or None,
        problems=tuple(problems),
    )


def _messages(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    for key in _KEYS:
        if any(is_message(each) for each in list_of(document, key)):
            return list_of(document, key)
    return []


def _node(key: str, message: Mapping[str, Any], problems: list[str]) -> SourceNode:
    name = text_of(message, *_ROLE_FIELDS).lower()
    role = _ROLES[name]
    content = read_content(message, *_CONTENT_FIELDS)
    problems += content.problems
    text = content.text
    if role == "tool":
        text = tool_answer(text_of(message, "name"), text)
    elif name == "function_call":
        text = tool_call("tool", text)
    calls = [object_of(call, "function") or call for call in objects_of(message, "tool_calls")]
    called = [tool_call(text_of(call, "name"), call.get("arguments")) for call in calls]
    return SourceNode(
        key=key,
        parent=None,
        role=role,
        text=joined([text, *called]),
        reasoning=content.reasoning if role == "assistant" else "",
        time=time_of(message, "created_at", "create_time", "timestamp", "date"),
        model=text_of(message, "model") or None,
        is_context=role == "system",
    )
