"""Tree of a conversation as other programs keep it, and the transcript that becomes of it.

Programs keep messages as nodes with a parent, or in a row. What an assistant says, the tools that
it calls and what they answer are one message here, up to the next question; a node with several
ways on makes versions. Ids are made from those of the source, so that the same node is the same
message whenever it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from assistant.core.background.titles import title_from
from assistant.core.transfer.other_programs.content import joined
from assistant.core.transfer.other_programs.fields import EPOCH
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.transcript import (
    Transcript,
    TranscriptEntry,
    connected,
    stable_id,
)
from assistant.language.messages import _


class SourceNode(NamedTuple):
    """One node of a program's tree; one without text and reasoning says nothing."""

    key: str
    parent: str | None
    children: tuple[str, ...] = ()
    """Of those that name it their parent, or in place of that; in the order to be shown."""
    role: str = ""
    """user, assistant, system or tool."""
    text: str = ""
    reasoning: str = ""
    time: datetime | None = None
    model: str | None = None
    is_context: bool = False
    """Whether it stands for a system prompt."""

    @property
    def speaks(self) -> bool:
        """Whether it is a part of what is said."""
        return bool(self.text or self.reasoning) and not self.is_context


class SourceConversation(NamedTuple):
    """A conversation as another program keeps it."""

    program: str
    key: str
    """What it is called there, always the same."""
    title: str
    nodes: Sequence[SourceNode]
    current: str = ""
    """Key of the node that was shown last; the newest one when there is none of this key."""
    created: datetime | None = None
    updated: datetime | None = None
    system_prompt: str = ""
    model: str | None = None
    """Of answers that do not say which."""
    archived: bool = False
    pinned: bool = False
    tags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What of it could not be read, or is not kept as it was."""


class _Draft(NamedTuple):
    """Draft of a message: a question, or all that was said up to the next one."""

    nodes: tuple[SourceNode, ...]
    parent: str | None
    """The key of the last node of the message before it."""


def in_a_row(nodes: Sequence[SourceNode]) -> list[SourceNode]:
    """Nodes that follow each other as they are listed."""
    before = [None, *(node.key for node in nodes)]
    return [node._replace(parent=parent) for node, parent in zip(nodes, before, strict=False)]


def transcript_of(
    source: SourceConversation, saved: datetime
) -> tuple[Transcript | None, tuple[str, ...]]:
    """Transcript of a conversation, and what of it could not be kept as it was.

    Args:
        saved: when the file was written, for a conversation without any time.

    Returns:
        None in place of a transcript when nothing is said in the conversation.
    """
    transcription = _Transcription(source, saved)
    return transcription.transcript(), (*source.problems, *transcription.problems)


class _Transcription:
    def __init__(self, source: SourceConversation, saved: datetime) -> None:
        self._source = source
        self._saved = saved
        self._nodes = {node.key: node for node in source.nodes}
        self._tree = _connect(self._nodes)
        self.problems = self._tree.problems
        self._order = self._tree.order()
        self._asking = self._questions()

    def transcript(self) -> Transcript | None:
        source = self._source
        drafts = list(self._drafts())
        if not drafts:
            self.problems.append(_("left out: it has no messages."))
            return None
        nodes = [self._nodes[key] for key in self._order]
        id = stable_id(source.program, source.key)
        times = [node.time for node in nodes if node.time]
        created = source.created or min(times, default=self._saved)
        entries = list(self._entries(id, drafts, created))
        prompts = [source.system_prompt, *(node.text for node in nodes if node.is_context)]
        conversation = Conversation(
            id=id,
            title=source.title or title_from(entries[0].message.text),
            created=created,
            updated=max(source.updated or max(times, default=created), created),
            system_prompt=joined(dict.fromkeys(prompts)),
            archived=source.archived,
            pinned=source.pinned,
            tags=source.tags,
        )
        return Transcript(conversation=conversation, entries=connected(entries))

    def _drafts(self) -> Iterator[_Draft]:
        """All messages, parents before children.

        A question is a message of its own; so is every way from one on to where the next question
        is asked, or to an end.
        """
        ended: set[str] = set()
        stack: list[tuple[str, tuple[SourceNode, ...], str | None]] = [
            (key, (), None) for key in reversed(self._tree.roots)
        ]
        while stack:
            key, run, parent = stack.pop()
            node = self._nodes[key]
            if node.speaks and node.role == "user":
                yield _Draft((node,), parent)
                run, parent = (), key
            elif node.speaks:
                run = (*run, node)
            children = self._tree.children.get(key, [])
            asking = [child for child in children if child in self._asking]
            if run and run[-1].key not in ended and (asking or not children):
                ended.add(run[-1].key)
                yield _Draft(run, parent)
            last = run[-1].key if run else parent
            for child in reversed(children):
                stack.append((child, (), last) if child in asking else (child, run, parent))

    def _questions(self) -> set[str]:
        """The nodes from which on the next thing that is said is a question."""
        asking: set[str] = set()
        for key in reversed(self._order):
            node = self._nodes[key]
            if node.speaks:
                is_asking = node.role == "user"
            else:
                is_asking = any(c in asking for c in self._tree.children.get(key, []))
            if is_asking:
                asking.add(key)
        return asking

    def _entries(
        self, id: str, drafts: Sequence[_Draft], created: datetime
    ) -> Iterator[TranscriptEntry]:
        program, active = self._source.program, self._active()
        times: dict[str | None, datetime] = {None: created}
        for each in drafts:
            last = each.nodes[-1]
            is_answer = last.role != "user"
            time = next((node.time for node in each.nodes if node.time), None)
            times[last.key] = time or times.get(each.parent, created)
            models = [*(node.model for node in reversed(each.nodes)), self._source.model]
            yield TranscriptEntry(
                message=Message(
                    id=stable_id(program, id, last.key),
                    conversation_id=id,
                    parent_id=stable_id(program, id, each.parent) if each.parent else None,
                    role="assistant" if is_answer else "user",
                    text=joined(node.text for node in each.nodes),
                    reasoning=joined(node.reasoning for node in each.nodes),
                    state="complete",
                    created=times[last.key],
                    model=next(filter(None, models), None) if is_answer else None,
                ),
                active=last.key in active,
            )

    def _active(self) -> set[str]:
        """The nodes from the one that was shown last, or the newest one, up to the root."""
        children = self._tree.children
        parents = {child: key for key, following in children.items() for child in following}
        key: str | None = self._source.current
        if key not in self._nodes:
            leaves = [self._nodes[key] for key in self._order if not children.get(key)]
            key = max(enumerate(leaves), key=lambda leaf: (leaf[1].time or EPOCH, leaf[0]))[1].key
        active: set[str] = set()
        while key is not None and key not in active:
            active.add(key)
            key = parents.get(key)
        return active


class _Tree(NamedTuple):
    """Which node follows which."""

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


def _connect(nodes: Mapping[str, SourceNode]) -> _Tree:
    """Connect all nodes; a circle is broken and a missing parent is none."""
    problems: list[str] = []
    parents: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for key, node in nodes.items():
        for place, child in enumerate(node.children):
            if child in nodes:
                ranks.setdefault(child, place)
                parents.setdefault(child, key)
    for key, node in nodes.items():
        if node.parent in nodes:
            parents[key] = str(node.parent)
        elif node.parent is not None and key not in parents:
            problems.append(_("the message before another one is missing."))
    children: dict[str, list[str]] = {}
    for key in nodes:
        if key in parents:
            children.setdefault(parents[key], []).append(key)
    for siblings in children.values():
        siblings.sort(key=lambda child: ranks.get(child, len(ranks)))
    tree = _Tree([key for key in nodes if key not in parents], children, problems)
    reached = set(tree.order())
    for key in nodes:
        if key not in reached:
            problems.append(_("messages that followed each other in a circle were separated."))
            children[parents[key]].remove(key)
            tree.roots.append(key)
            reached.update(_Tree([key], children, []).order())
    return tree
