"""Exports like ChatGPT's, made up."""

from typing import Any

TIME = 1_700_000_000.25


def node(
    key: str,
    parent: str | None,
    role: str | None = None,
    *parts: Any,
    content: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One node of a mapping; without a role it says nothing, as the root does."""
    message: dict[str, Any] | None = None
    if role is not None:
        message = {
            "id": key,
            "author": {"role": role, "name": more.pop("name", None), "metadata": {}},
            "create_time": more.pop("time", TIME),
            "content": content or {"content_type": "text", "parts": list(parts)},
            "status": "finished_successfully",
            "weight": 1.0,
            "metadata": more.pop("metadata", {}),
            "recipient": more.pop("recipient", "all"),
        }
    return {"id": key, "parent": parent, "message": message, "children": []}


def conversation(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A conversation of these nodes; who follows whom is filled in."""
    mapping = {each["id"]: each for each in nodes}
    for each in nodes:
        if each["parent"] in mapping:
            mapping[each["parent"]]["children"].append(each["id"])
    return {
        "title": "Lease",
        "create_time": TIME,
        "update_time": TIME + 60,
        "mapping": mapping,
        "current_node": nodes[-1]["id"],
        "conversation_id": "11111111-2222-3333-4444-555555555555",
        "moderation_results": [],
        **fields,
    }


def image(name: str = "file-abc") -> dict[str, Any]:
    return {
        "content_type": "image_asset_pointer",
        "asset_pointer": f"file-service://{name}",
        "width": 10,
        "height": 20,
        "metadata": {"dalle": {"prompt": "a lighthouse"}},
    }


def rich() -> dict[str, Any]:
    """Branches, an image, code that is run, a page that is read, thoughts, instructions."""
    return conversation(
        node("root", None),
        node("sys", "root", "system", ""),
        node(
            "ctx",
            "sys",
            "user",
            content={
                "content_type": "user_editable_context",
                "user_profile": "I am a cook.",
                "user_instructions": "Be brief.",
            },
        ),
        node("q1", "ctx", "user", "First?"),
        node("a1", "q1", "assistant", "One.", metadata={"model_slug": "gpt-4"}),
        node("a1b", "q1", "assistant", "Uno."),
        node(
            "q2",
            "a1",
            "user",
            content={"content_type": "multimodal_text", "parts": [image(), "What is this?"]},
            metadata={"attachments": [{"id": "x", "name": "plan.pdf"}]},
        ),
        node(
            "think",
            "q2",
            "assistant",
            content={
                "content_type": "thoughts",
                "thoughts": [{"summary": "Looking", "content": "at it"}],
            },
        ),
        node(
            "code",
            "think",
            "assistant",
            content={"content_type": "code", "language": "python", "text": "print('```')"},
            recipient="python",
        ),
        node(
            "out",
            "code",
            "tool",
            content={"content_type": "execution_output", "text": "```"},
            name="python",
        ),
        node("a2", "out", "assistant", "A lighthouse.", metadata={"model_slug": "gpt-4o"}),
        node("q2b", "a1", "user", "Something else?"),
        node("a2b", "q2b", "assistant", "Yes."),
        node("q3", "a2", "user", "Thanks"),
    )
