"""LM Studio's conversation files: `conversations/*.conversation.json`, one conversation each.

Each of `messages` has `versions` and `currentlySelected`. A version is one step with `content`, or
several `steps`; blocks whose style is `thinking` are thoughts. All versions of a message follow the
selected version of the one before it.
"""

from typing import Any

from assistant.core.transfer.other_programs.content import (
    AS_IT_STANDS,
    ReadContent,
    joined,
    read_content,
)
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    SourceNode,
)
from assistant.core.transfer.other_programs.fields import (
    list_of,
    object_of,
    objects_of,
    text_of,
    time_of,
)
from assistant.language.messages import _

PROGRAM = "lm-studio"
_SYSTEM_PROMPT = "llm.prediction.systemPrompt"
_SILENT_STEPS = ("debugInfoBlock", "status", "toolStatus")
"""Steps that say how the program went on, not what the model said."""


def is_lm_studio(document: Any) -> bool:
    """Whether a JSON document looks like such a file."""
    return any(list_of(each, "versions") for each in objects_of(document, "messages"))


def read_lm_studio(document: dict[str, Any]) -> SourceConversation:
    """Read one conversation."""
    problems: list[str] = []
    nodes: list[SourceNode] = []
    parent: str | None = None
    for place, message in enumerate(objects_of(document, "messages")):
        versions = objects_of(message, "versions")
        if not versions:
            problems.append(_("an entry that is not a message was left out."))
            continue
        selected = message.get("currentlySelected")
        if not isinstance(selected, int) or not 0 <= selected < len(versions):
            selected = len(versions) - 1
        for number, version in enumerate(versions):
            nodes.append(_node(f"{place} {number}", parent, version, problems))
        parent = f"{place} {selected}"
    created = time_of(document, "createdAt")
    model = object_of(document, "lastUsedModel")
    return SourceConversation(
        program=PROGRAM,
        key=str(created.timestamp()) if created else "\n".join(node.text for node in nodes),
        title=text_of(document, "name"),
        nodes=nodes,
        current=parent or "",
        created=created,
        updated=time_of(document, "assistantLastMessagedAt", "userLastMessagedAt"),
        system_prompt=text_of(document, "systemPrompt") or _chosen_prompt(document),
        model=text_of(model, "indexedModelIdentifier", "identifier") or None,
        pinned=document.get("pinned") is True,
        problems=tuple(problems),
    )


def _chosen_prompt(document: dict[str, Any]) -> str:
    fields = objects_of(object_of(document, "perChatPredictionConfig"), "fields")
    return next((text_of(f, "value") for f in fields if f.get("key") == _SYSTEM_PROMPT), "")


def _node(key: str, parent: str | None, version: dict[str, Any], problems: list[str]) -> SourceNode:
    role = text_of(version, "role")
    contents = [read_content(version, "content")]
    models: list[str] = [text_of(object_of(version, "senderInfo"), "senderName")]
    for step in objects_of(version, "steps"):
        if step.get("type") not in _SILENT_STEPS:
            contents.append(_step(step))
            models.append(
                text_of(object_of(step, "genInfo"), "indexedModelIdentifier", "identifier")
            )
    for each in contents:
        problems += each.problems
    return SourceNode(
        key=key,
        parent=parent,
        role=role if role in ("user", "system") else "assistant",
        text=joined(each.text for each in contents),
        reasoning=joined(each.reasoning for each in contents),
        model=next(filter(None, reversed(models)), None) if role == "assistant" else None,
        is_context=role == "system",
    )


def _step(step: dict[str, Any]) -> ReadContent:
    content = read_content(step, "content")
    if object_of(step, "style").get("type") == "thinking":
        return ReadContent("", joined([content.reasoning, content.text]), content.problems)
    known = step.get("type") == "contentBlock"
    return content if known else content._replace(problems=(*content.problems, AS_IT_STANDS))
