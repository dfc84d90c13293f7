"""Open WebUI's export of chats: a list of rows, each with its `chat`.

A chat holds `history.messages`, a mapping of ids to messages with `parentId` and `childrenIds`, and
`history.currentId`. Older ones hold a row of `messages` only. Thoughts and calls of tools stand in
the text of an answer, in `<details type="…">`.
Source: backend/open_webui/models/chats.py and src/lib/components/chat/Chat.svelte of Open WebUI.
"""

from typing import Any

from assistant.core.transfer.other_programs.content import (
    attachments,
    fenced,
    joined,
    read_content,
)
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
    in_a_row,
)
from assistant.core.transfer.other_programs.fields import (
    id_of,
    names_of,
    object_of,
    objects_of,
    text_of,
    time_of,
)
from assistant.language.messages import _

PROGRAM = "open-webui"
_REASONING = '<details type="reasoning"'


def is_open_webui(document: Any) -> bool:
    """Whether a JSON document looks like one chat of such an export."""
    chat = object_of(document, "chat") or document
    history = object_of(chat, "history")
    return isinstance(history.get("messages"), dict) or bool(
        object_of(document, "chat") and objects_of(chat, "messages")
    )


def read_open_webui(document: dict[str, Any]) -> SourceConversation:
    """Read one chat of an export."""
    chat = object_of(document, "chat") or document
    history = object_of(chat, "history")
    stored = object_of(history, "messages")
    problems: list[str] = []
    nodes: list[SourceNode] = []
    for key, message in stored.items():
        if isinstance(message, dict):
            nodes.append(_node(key, message, problems))
        else:
            problems.append(_("an entry that is not a message was left out."))
    if not stored:
        row = enumerate(objects_of(chat, "messages"))
        nodes = in_a_row([_node(id_of(each, "id") or str(n), each, problems) for n, each in row])
    models = names_of(chat, "models")
    return SourceConversation(
        program=PROGRAM,
        key=id_of(document, "id") or id_of(chat, "id") or "\n".join(node.key for node in nodes),
        title=text_of(document, "title") or text_of(chat, "title"),
        nodes=nodes,
        current=id_of(history, "currentId"),
        created=time_of(document, "created_at") or time_of(chat, "timestamp"),
        updated=time_of(document, "updated_at"),
        system_prompt=text_of(object_of(chat, "params"), "system") or text_of(chat, "system"),
        model=models[0] if len(models) == 1 else None,
        archived=document.get("archived") is True,
        pinned=document.get("pinned") is True,
        tags=names_of(object_of(document, "meta"), "tags"),
        problems=tuple(problems),
    )


def _node(key: str, message: dict[str, Any], problems: list[str]) -> SourceNode:
    content = read_content(message, "content")
    thoughts, text = _split_details(content.text)
    files, unkept = attachments(message, "files")
    problems += [*content.problems, *unkept]
    error = text_of(object_of(message, "error"), "content") or text_of(message, "error")
    parent = message.get("parentId")
    role = text_of(message, "role")
    return SourceNode(
        key=key,
        parent=parent if isinstance(parent, str) else None,
        children=names_of(message, "childrenIds"),
        role=role if role in ("user", "system") else "assistant",
        text=joined([*files, text, f"*error:*\n\n{fenced(error)}" if error else ""]),
        reasoning=joined([content.reasoning, thoughts]),
        time=time_of(message, "timestamp"),
        model=text_of(message, "model") or None,
        is_context=role == "system",
    )


def _split_details(text: str) -> tuple[str, str]:
    """The thoughts that stand in a text, without their quotation marks, and the text without."""
    thoughts: list[str] = []
    rest: list[str] = []
    while True:
        before, found, inside = text.partition(_REASONING)
        rest.append(before)
        block, closed, after = inside.partition("</details>")
        if not found:
            break
        if not closed:
            rest.append(found + inside)
            break
        body = block.partition(">")[2]
        if "</summary>" in body:
            body = body.partition("</summary>")[2]
        lines = body.strip().splitlines()
        thoughts.append("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
        text = after.lstrip("\n")
    return joined(thoughts), "".join(rest) if not thoughts else "".join(rest).strip()
