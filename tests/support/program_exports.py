"""Small exports of every program, made up, that tell the same story.

Each has a question with two answers, of which the second goes on with thoughts, and a system prompt
where the format knows one.
"""

from typing import Any

ROOT = "00000000-0000-4000-8000-000000000000"


def open_webui() -> dict[str, Any]:
    thought = (
        '<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds'
        "</summary>\n> Buds &amp; twigs,\n> then\n</details>\nCut above a bud."
    )
    messages = {
        "q": {
            "id": "q",
            "parentId": None,
            "childrenIds": ["a", "b"],
            "role": "user",
            "content": "How do I prune roses?",
            "timestamp": 1_767_225_600,
            "models": ["one", "two"],
            "files": [{"type": "file", "file": {"filename": "garden.pdf"}}],
        },
        "a": {
            "id": "a",
            "parentId": "q",
            "childrenIds": [],
            "role": "assistant",
            "content": "Do not.",
            "model": "one",
            "timestamp": 1_767_225_601,
        },
        "b": {
            "id": "b",
            "parentId": "q",
            "childrenIds": ["q2"],
            "role": "assistant",
            "content": thought,
            "model": "two",
            "timestamp": 1_767_225_602,
        },
        "q2": {
            "id": "q2",
            "parentId": "b",
            "childrenIds": [],
            "role": "user",
            "content": "Thanks",
            "timestamp": 1_767_225_700,
        },
    }
    return {
        "id": "chat-1",
        "user_id": "u",
        "title": "Roses",
        "chat": {
            "title": "Roses",
            "models": ["one", "two"],
            "params": {"system": "Be brief."},
            "history": {"messages": messages, "currentId": "q2"},
            "messages": list(messages.values()),
        },
        "created_at": 1_767_225_600,
        "updated_at": 1_767_225_700,
        "archived": True,
        "pinned": True,
        "meta": {"tags": ["garden"]},
    }


def claude() -> dict[str, Any]:
    def message(id: str, parent: str, sender: str, *parts: Any, **more: Any) -> dict[str, Any]:
        return {
            "uuid": id,
            "parent_message_uuid": parent,
            "sender": sender,
            "text": "not this",
            "content": list(parts),
            "created_at": f"2026-01-01T00:00:0{len(id)}.5Z",
            "attachments": [],
            "files": [],
            **more,
        }

    pasted = {"file_name": "garden.txt", "extracted_content": "My garden."}
    return {
        "uuid": "conversation-1",
        "name": "Roses",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00+01:00",
        "current_leaf_message_uuid": "qqqq",
        "chat_messages": [
            message(
                "q",
                ROOT,
                "human",
                {"type": "text", "text": "How do I prune roses?"},
                attachments=[pasted],
            ),
            message("aa", "q", "assistant", {"type": "text", "text": "Do not."}),
            message(
                "bbb",
                "q",
                "assistant",
                {"type": "thinking", "thinking": "Buds first"},
                {"type": "tool_use", "name": "web_search", "input": {"query": "roses"}},
                {
                    "type": "tool_result",
                    "name": "web_search",
                    "content": [{"type": "text", "text": "A page."}],
                },
                {"type": "text", "text": "Cut above a bud."},
            ),
            message("qqqq", "bbb", "human", {"type": "text", "text": "Thanks"}),
        ],
    }


def lm_studio() -> dict[str, Any]:
    def said(role: str, text: str) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        return {"type": "singleStep", "role": role, "content": content}

    steps = [
        {
            "type": "contentBlock",
            "content": [{"type": "text", "text": "Buds first"}],
            "style": {"type": "thinking", "ended": True},
            "genInfo": {"indexedModelIdentifier": "maker/two", "identifier": "two"},
        },
        {"type": "debugInfoBlock", "debugInfo": "12 tokens"},
        {
            "type": "contentBlock",
            "content": [{"type": "text", "text": "Cut above a bud."}],
            "genInfo": {"indexedModelIdentifier": "maker/two", "identifier": "two"},
        },
    ]
    return {
        "name": "Roses",
        "pinned": False,
        "createdAt": 1_767_225_600_123,
        "systemPrompt": "Be brief.",
        "lastUsedModel": {"identifier": "one"},
        "messages": [
            {"versions": [said("user", "How do I prune roses?")], "currentlySelected": 0},
            {
                "versions": [
                    said("assistant", "Do not."),
                    {"type": "multiStep", "role": "assistant", "steps": steps},
                ],
                "currentlySelected": 1,
            },
            {"versions": [said("user", "Thanks")], "currentlySelected": 0},
        ],
    }


def librechat(*, nested: bool = False) -> dict[str, Any]:
    def message(id: str, parent: str, text: str, *, by_user: bool, **more: Any) -> dict[str, Any]:
        return {
            "messageId": id,
            "parentMessageId": parent,
            "conversationId": "conversation-1",
            "sender": "User" if by_user else "Two",
            "isCreatedByUser": by_user,
            "text": text,
            "createdAt": f"2026-01-01T00:00:0{len(id)}.000Z",
            **more,
        }

    parts = [
        {"type": "think", "think": "Buds first"},
        {"type": "text", "text": {"value": "Cut above a bud.", "annotations": []}},
    ]
    question = message("q", ROOT, "How do I prune roses?", by_user=True)
    other = message("aa", "q", "Do not.", by_user=False, model="one")
    answer = message("bbb", "q", "", by_user=False, model="two", content=parts)
    thanks = message("qqqq", "bbb", "Thanks", by_user=True)
    stored: dict[str, Any] = {
        "conversationId": "conversation-1",
        "endpoint": "openAI",
        "title": "Roses",
        "exportAt": "12:00:00 GMT",
        "branches": True,
        "recursive": nested,
        "options": {"model": "one", "promptPrefix": "Be brief."},
    }
    if nested:
        answer = {**answer, "children": [thanks]}
        return {**stored, "messages": [{**question, "children": [other, answer]}]}
    return {**stored, "messages": [question, other, answer, thanks]}


def messages() -> dict[str, Any]:
    return {
        "id": "conversation-1",
        "title": "Roses",
        "model": "two",
        "created_at": "2026-01-01T00:00:00Z",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "How do I prune roses?"}]},
            {
                "role": "assistant",
                "content": "Cut above a bud.",
                "reasoning_content": "Buds first",
            },
            {"role": "user", "content": "Thanks"},
        ],
    }


def sharegpt() -> dict[str, Any]:
    return {
        "id": "sharegpt-1",
        "conversations": [
            {"from": "system", "value": "Be brief."},
            {"from": "human", "value": "How do I prune roses?"},
            {"from": "gpt", "value": "<think>\nBuds first\n</think>\n\nCut above a bud."},
            {"from": "human", "value": "Thanks"},
        ],
    }
