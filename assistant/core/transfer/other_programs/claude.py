"""Claude's data export: `conversations.json`, a list of conversations with `chat_messages`.

A message has a `sender` (human or assistant) and `content`, a list of parts: text, thinking,
tool_use and tool_result. Where messages name a parent (`parent_message_uuid`) they are a tree,
else a row. Pasted texts are attachments with their content.
"""

from typing import Any

from assistant.core.transfer.other_programs.content import attachments, joined, read_content
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
    in_a_row,
)
from assistant.core.transfer.other_programs.fields import (
    id_of,
    list_of,
    parent_of,
    text_of,
    time_of,
)
from assistant.language.messages import _

PROGRAM = "claude"


def is_claude(document: Any) -> bool:
    """Whether a JSON document looks like one conversation of such an export."""
    return isinstance(document, dict) and isinstance(document.get("chat_messages"), list)


def read_claude(document: dict[str, Any]) -> SourceConversation:
    """Read one conversation of an export."""
    problems: list[str] = []
    nodes: list[SourceNode] = []
    for place, stored in enumerate(list_of(document, "chat_messages")):
        if isinstance(stored, dict):
            nodes.append(_node(id_of(stored, "uuid", "id") or str(place), stored, problems))
        else:
            problems.append(_("an entry that is not a message was left out."))
    known = {node.key for node in nodes}
    if not any(node.parent in known for node in nodes):
        nodes = in_a_row(nodes)
    return SourceConversation(
        program=PROGRAM,
        key=id_of(document, "uuid", "id") or "\n".join(node.key for node in nodes),
        title=text_of(document, "name", "title"),
        nodes=nodes,
        current=id_of(document, "current_leaf_message_uuid"),
        created=time_of(document, "created_at"),
        updated=time_of(document, "updated_at"),
        model=text_of(document, "model") or None,
        pinned=document.get("is_starred") is True,
        problems=tuple(problems),
    )


def _node(key: str, message: dict[str, Any], problems: list[str]) -> SourceNode:
    content = read_content(message, "content", "text")
    files, unkept = attachments(message, "attachments", "files", "files_v2")
    problems += [*content.problems, *unkept]
    is_question = text_of(message, "sender", "role") in ("human", "user")
    return SourceNode(
        key=key,
        parent=parent_of(message, "parent_message_uuid"),
        role="user" if is_question else "assistant",
        text=joined([*files, content.text]),
        reasoning=content.reasoning,
        time=time_of(message, "created_at"),
        model=text_of(message, "model") or None,
    )
