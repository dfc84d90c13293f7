"""LibreChat's export of a conversation: `conversationId` and `messages`, flat or nested.

Flat messages name their parent in `parentMessageId`; nested ones (`recursive`) hold `children`.
Answers have a `text` or `content`, a list of parts: text, think, tool_call.
Source: client/src/hooks/Conversations/useExportConversation.ts and api/server/utils/import of
LibreChat.
"""

from typing import Any

from assistant.core.transfer.other_programs.content import attachments, joined, read_content
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
)
from assistant.core.transfer.other_programs.fields import (
    id_of,
    list_of,
    object_of,
    objects_of,
    parent_of,
    text_of,
    time_of,
)

PROGRAM = "librechat"


def is_librechat(document: Any) -> bool:
    """Whether a JSON document looks like such an export."""
    return isinstance(document, dict) and any(
        "messageId" in each or "isCreatedByUser" in each for each in _listed(document)
    )


def read_librechat(document: dict[str, Any]) -> SourceConversation:
    """Read one conversation."""
    problems: list[str] = []
    nodes: list[SourceNode] = []
    waiting: list[tuple[dict[str, Any], str | None]] = [
        (each, None) for each in reversed(_listed(document))
    ]
    while waiting:
        message, above = waiting.pop()
        key = id_of(message, "messageId", "_id") or str(len(nodes))
        nodes.append(_node(key, above, message, problems))
        waiting += [(each, key) for each in reversed(objects_of(message, "children"))]
    options = object_of(document, "options")
    return SourceConversation(
        program=PROGRAM,
        key=id_of(document, "conversationId") or "\n".join(node.key for node in nodes),
        title=text_of(document, "title"),
        nodes=nodes,
        created=time_of(document, "createdAt"),
        updated=time_of(document, "updatedAt"),
        system_prompt=text_of(options, "promptPrefix", "system"),
        model=text_of(options, "model") or None,
        archived=document.get("isArchived") is True,
        problems=tuple(problems),
    )


def _listed(document: dict[str, Any]) -> list[dict[str, Any]]:
    return objects_of(document, "messages") or objects_of(document, "messagesTree")


def _node(key: str, above: str | None, message: dict[str, Any], problems: list[str]) -> SourceNode:
    has_parts = bool(list_of(message, "content"))
    content = read_content(message, *(("content", "text") if has_parts else ("text", "content")))
    files, unkept = attachments(message, "files", "attachments")
    problems += [*content.problems, *unkept]
    is_question = message.get("isCreatedByUser") is True or (
        "isCreatedByUser" not in message and text_of(message, "sender").lower() == "user"
    )
    return SourceNode(
        key=key,
        parent=above or parent_of(message, "parentMessageId"),
        role="user" if is_question else "assistant",
        text=joined([*files, content.text]),
        reasoning=content.reasoning,
        time=time_of(message, "createdAt"),
        model=text_of(message, "model") or None,
    )
