"""ChatGPT's data export: `conversations.json`, a list of conversations.

Each has a `mapping` of nodes with parent and children; most nodes hold a message of a user, an
assistant, a system or a tool. The format is documented by nobody and has changed over the years, so
nothing is taken for granted: what cannot be kept is reported.
"""

from typing import Any

from assistant.core.transfer.other_programs.chatgpt_content import render_message
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
)
from assistant.core.transfer.other_programs.fields import (
    names_of,
    object_of,
    text_of,
    time_of,
)
from assistant.language.messages import _

PROGRAM = "chatgpt"
_ROLES = ("user", "assistant", "system", "tool")


def is_chatgpt(document: Any) -> bool:
    """Whether a JSON document looks like one conversation of such an export."""
    return isinstance(document, dict) and isinstance(document.get("mapping"), dict)


def read_chatgpt(document: dict[str, Any]) -> SourceConversation:
    """Read one conversation of an export."""
    mapping = document["mapping"]
    problems: list[str] = []
    nodes = []
    for key, stored in mapping.items():
        if isinstance(stored, dict):
            nodes.append(_node(key, stored, problems))
        else:
            problems.append(_("an entry that is not a message was left out."))
    return SourceConversation(
        program=PROGRAM,
        key=text_of(document, "conversation_id", "id") or "\n".join(node.key for node in nodes),
        title=text_of(document, "title"),
        nodes=nodes,
        current=text_of(document, "current_node"),
        created=time_of(document, "create_time"),
        updated=time_of(document, "update_time"),
        model=text_of(document, "default_model_slug") or None,
        archived=document.get("is_archived") is True,
        pinned=document.get("is_starred") is True,
        problems=tuple(problems),
    )


def _node(key: str, stored: dict[str, Any], problems: list[str]) -> SourceNode:
    """A node; one that says nothing, such as the root, only leads to others."""
    parent = stored.get("parent")
    node = SourceNode(
        key=key,
        parent=parent if isinstance(parent, str) else None,
        children=names_of(stored, "children"),
    )
    message = stored.get("message")
    if not isinstance(message, dict):
        if message is not None:
            problems.append(_("an entry that is not a message was left out."))
        return node
    role = text_of(object_of(message, "author"), "role")
    if role not in _ROLES:
        problems.append(_("a message with an unknown role was imported as a tool message."))
        role = "tool"
    metadata = object_of(message, "metadata")
    content = render_message(message, role, metadata)
    problems += content.problems
    is_thought = content.is_thought and role != "user"
    return node._replace(
        role=role,
        text="" if is_thought else content.text,
        reasoning=content.text if is_thought else "",
        time=time_of(message, "create_time"),
        model=text_of(metadata, "model_slug", "default_model_slug") or None,
        is_context=content.is_context or role == "system",
    )
