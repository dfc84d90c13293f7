"""ChatGPT's data export: `conversations.json`, a list of conversations.

Each has a `mapping` of nodes with parent and children; most nodes hold a message of a user, an
assistant, a system or a tool. The format is documented by nobody and has changed over the years, so
nothing is taken for granted: what cannot be kept is reported. What an assistant says, the code that
it runs and what its tools answer is one message here, up to the next question; a node with several
ways on makes versions. Ids are made from those of the source, so that the same node is the same
message whenever it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from assistant.core.background.titles import title_from
from assistant.core.transfer.chatgpt_content import render_message
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.transcript import (
    ParsedTranscripts,
    Transcript,
    TranscriptEntry,
    connected,
    stable_id,
)

SOURCE = "chatgpt"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_SECONDS = 253_402_300_799
"""Seconds: the last of the year 9999."""


class MappingNode(NamedTuple):
    """One node of the mapping that says something."""

    key: str
    role: str
    """user, assistant, system or tool."""
    text: str
    time: datetime | None
    model: str | None
    is_context: bool
    """Whether it stands for a system prompt."""


class MessageDraft(NamedTuple):
    """Draft of a message: a question, or all that was said up to the next one."""

    nodes: tuple[MappingNode, ...]
    parent: str | None
    """The key of the last node of the message before it."""


def is_chatgpt(document: Any) -> bool:
    """Whether a JSON document looks like one conversation of such an export."""
    return isinstance(document, dict) and isinstance(document.get("mapping"), dict)


def from_chatgpt(documents: Sequence[Any], first: int = 1) -> ParsedTranscripts:
    """Read all conversations of an export, or some of them.

    Args:
        first: the place of the first one in the export, from 1.
    """
    transcripts: list[Transcript] = []
    problems: list[str] = []
    for place, each in enumerate(documents, first):
        if not is_chatgpt(each):
            problems.append(f"Left out entry {place}: it is no conversation.")
            continue
        transcript = _Conversation(each, place, problems).transcript()
        if transcript is not None:
            transcripts.append(transcript)
    return ParsedTranscripts(transcripts=tuple(transcripts), problems=tuple(problems))


class _Conversation:
    """One conversation of an export."""

    def __init__(self, stored: dict[str, Any], place: int, problems: list[str]) -> None:
        self._stored = stored
        self._problems = problems
        mapping: dict[str, Any] = stored["mapping"]
        self._mapping = {key: node for key, node in mapping.items() if isinstance(node, dict)}
        title = stored.get("title")
        self._title = title if isinstance(title, str) and title.strip() else ""
        self._name = f"“{self._title}”" if self._title else f"conversation {place}"
        broken = len(mapping) - len(self._mapping)
        if broken:
            self._report(f"{broken} nodes that are no nodes were left out.")
        self._tree = connect(self._mapping)
        for problem in self._tree.problems:
            self._report(problem)
        self._order = self._tree.order()
        self._nodes = {key: self._node(key) for key in self._order}
        self._asking = self._questions()

    def transcript(self) -> Transcript | None:
        """Transcript of the conversation; None when nothing is said in it."""
        nodes = [node for node in self._nodes.values() if node is not None]
        drafts = list(self._messages())
        if not drafts:
            self._report("it was left out, for nothing is said in it.")
            return None
        source = self._text("conversation_id") or self._text("id") or "\n".join(self._mapping)
        id = stable_id(SOURCE, source)
        times = [node.time for node in nodes if node.time]
        created = _time(self._stored.get("create_time")) or min(times, default=EPOCH)
        updated = max(_time(self._stored.get("update_time")) or created, created)
        entries = list(self._entries(id, drafts, created))
        conversation = Conversation(
            id=id,
            title=self._title or title_from(entries[0].message.text),
            created=created,
            updated=updated,
            system_prompt="\n\n".join(
                dict.fromkeys(node.text for node in nodes if node.is_context)
            ),
            archived=self._stored.get("is_archived") is True,
            pinned=self._stored.get("is_starred") is True,
        )
        return Transcript(conversation=conversation, entries=connected(entries))

    def _node(self, key: str) -> MappingNode | None:
        """Content of a node; None for one that says nothing, such as the root."""
        message = self._mapping[key].get("message")
        if not isinstance(message, dict):
            if message is not None:
                self._report(f"node {key} was left out, for it holds no message.")
            return None
        author = message.get("author")
        role = author.get("role") if isinstance(author, dict) else None
        if role not in ("user", "assistant", "system", "tool"):
            self._report(f"node {key} was taken for a tool's, for its role is {role!r}.")
            role = "tool"
        metadata = message.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        content = render_message(message, str(role), metadata)
        for problem in content.problems:
            self._report(problem)
        if not content.text:
            return None
        model = metadata.get("model_slug")
        return MappingNode(
            key=key,
            role=str(role),
            text=content.text,
            time=_time(message.get("create_time")),
            model=model if isinstance(model, str) else None,
            is_context=content.is_context or role == "system",
        )

    def _messages(self) -> Iterator[MessageDraft]:
        """All messages, parents before children.

        A question is a message of its own; so is every way from one on to where the next question
        is asked, or to an end.
        """
        ended: set[str] = set()
        stack: list[tuple[str, tuple[MappingNode, ...], str | None]] = [
            (key, (), None) for key in reversed(self._tree.roots)
        ]
        while stack:
            key, run, parent = stack.pop()
            node = self._nodes[key]
            if node is not None and node.role == "user" and not node.is_context:
                yield MessageDraft((node,), parent)
                run, parent = (), key
            elif node is not None and not node.is_context:
                run = (*run, node)
            children = self._tree.children.get(key, [])
            asking = [child for child in children if child in self._asking]
            if run and run[-1].key not in ended and (asking or not children):
                ended.add(run[-1].key)
                yield MessageDraft(run, parent)
            last = run[-1].key if run else parent
            for child in reversed(children):
                stack.append((child, (), last) if child in asking else (child, run, parent))

    def _questions(self) -> set[str]:
        """The nodes from which on the next thing that is said is a question."""
        asking: set[str] = set()
        for key in reversed(self._order):
            node = self._nodes[key]
            if node is None or node.is_context:
                is_asking = any(c in asking for c in self._tree.children.get(key, []))
            else:
                is_asking = node.role == "user"
            if is_asking:
                asking.add(key)
        return asking

    def _entries(
        self, id: str, drafts: Sequence[MessageDraft], created: datetime
    ) -> Iterator[TranscriptEntry]:
        active = self._active()
        times: dict[str | None, datetime] = {None: created}
        for each in drafts:
            last = each.nodes[-1]
            time = next((node.time for node in each.nodes if node.time), None)
            times[last.key] = time or times.get(each.parent, created)
            models = [node.model for node in each.nodes if node.model]
            yield TranscriptEntry(
                message=Message(
                    id=stable_id(SOURCE, id, last.key),
                    conversation_id=id,
                    parent_id=stable_id(SOURCE, id, each.parent) if each.parent else None,
                    role="user" if last.role == "user" else "assistant",
                    text="\n\n".join(node.text for node in each.nodes),
                    state="complete",
                    created=times[last.key],
                    model=models[-1] if models else None,
                ),
                active=last.key in active,
            )

    def _active(self) -> set[str]:
        """The nodes from the one that was shown last up to the root, or all of one that is not."""
        children = self._tree.children.items()
        parents = {child: key for key, following in children for child in following}
        key: str | None = self._text("current_node")
        active: set[str] = set()
        while key and key in self._mapping and key not in active:
            active.add(key)
            key = parents.get(key)
        return active

    def _text(self, key: str) -> str:
        value = self._stored.get(key)
        return value if isinstance(value, str) else ""

    def _report(self, problem: str) -> None:
        self._problems.append(f"{self._name}: {problem}")


def _time(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if not 0 < seconds < MAX_SECONDS:
        return None
    return EPOCH + timedelta(microseconds=round(seconds * 1_000_000))


class MappingTree(NamedTuple):
    """Tree of the nodes: which follows which."""

    roots: list[str]
    children: dict[str, list[str]]
    """In the order in which they are listed."""
    problems: list[str]

    def order(self) -> list[str]:
        """All nodes, parents before children."""
        order: list[str] = []
        stack = self.roots[::-1]
        while stack:
            key = stack.pop()
            order.append(key)
            stack += self.children.get(key, [])[::-1]
        return order


def connect(mapping: Mapping[str, Mapping[str, Any]]) -> MappingTree:
    """The tree by what every node says of its parent, or by whose children it is among.

    A node whose parent is missing is a root; a circle is broken at its first node.
    """
    problems: list[str] = []
    ranks: dict[str, int] = {}
    parents: dict[str, str] = {}
    for key, node in mapping.items():
        listed = node.get("children")
        for place, child in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(child, str) and child in mapping:
                ranks.setdefault(child, place)
                parents.setdefault(child, key)
    for key, node in mapping.items():
        parent = node.get("parent")
        if isinstance(parent, str) and parent in mapping:
            parents[key] = parent
        elif parent is not None and key not in parents:
            problems.append(f"what node {key} follows is missing.")
    children: dict[str, list[str]] = {}
    for key in mapping:
        if key in parents:
            children.setdefault(parents[key], []).append(key)
    for siblings in children.values():
        siblings.sort(key=lambda child: ranks.get(child, len(ranks)))
    tree = MappingTree([key for key in mapping if key not in parents], children, problems)
    reached = set(tree.order())
    for key in mapping:
        if key not in reached:
            problems.append(f"the circle of nodes at {key} was broken there.")
            children[parents[key]].remove(key)
            tree.roots.append(key)
            reached.update(MappingTree([key], children, []).order())
    return tree
