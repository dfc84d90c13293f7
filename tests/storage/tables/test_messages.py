"""Laws of the message tree, checked against a model in plain Python."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from assistant.core.errors import StorageError
from assistant.core.values.conversation import MessageState, Role
from assistant.core.values.sampling import Sampling
from assistant.core.values.transcript import Transcript
from assistant.storage.conversations import SqliteConversations
from tests.support.integrity import assert_sound


@dataclass
class Node:
    """A message as the laws have it."""

    id: str
    role: str
    text: str
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)
    chosen: "Node | None" = None

    def choose(self) -> None:
        """Be on the branch that is in use."""
        node = self
        while node.parent is not None:
            node.parent.chosen = node
            node = node.parent

    def path(self) -> list["Node"]:
        """Down to this one, without the root, which is no message."""
        return [] if self.parent is None else [*self.parent.path(), self]

    def below(self) -> list["Node"]:
        """This one and everything under it."""
        return [self, *(node for child in self.children for node in child.below())]

    def versions(self) -> list["Node"]:
        assert self.parent is not None
        return [node for node in self.parent.children if node.role == self.role]


def without_writers(transcript: Transcript) -> list[tuple[str, str | None, int, bool]]:
    """What must not change: ids, parents, versions and choices; answers may go on growing."""
    return [
        (entry.message.id, entry.message.parent_id, entry.message.version, entry.active)
        for entry in transcript.entries
    ]


class Conversing(RuleBasedStateMachine):
    """Two windows that do anything to one conversation, in any order."""

    messages: Bundle[Node] = Bundle("messages")
    unfinished: Bundle[Node] = Bundle("unfinished")

    windows = st.integers(0, 1)
    texts = st.text(max_size=8)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
        self.file = self.folder / "chats.db"
        self.windows_open = [SqliteConversations(self.file) for _ in range(2)]
        self.conversation = self.windows_open[0].create().id
        self.root = Node("", "", "", None)
        self.count = 0
        self.writers: dict[str, int] = {}
        """The window that writes each answer; none for those whose window is gone."""

    def add(self, window: int, parent: Node, role: Role, text: str, state: MessageState) -> Node:
        message = self.windows_open[window].append(
            self.conversation,
            parent.id or None,
            role,
            text,
            state=state,
        )
        node = Node(message.id, role, message.text, parent)
        parent.children.append(node)
        node.choose()
        self.count += 1
        assert (message.version, message.versions) == (len(node.versions()),) * 2
        return node

    @initialize(target=messages, window=windows, text=texts)
    def begin(self, window: int, text: str) -> Node:
        return self.add(window, self.root, "user", text, "complete")

    @rule(target=messages, window=windows, text=texts)
    def another_beginning(self, window: int, text: str) -> Node:
        return self.add(window, self.root, "user", text, "complete")

    @rule(
        target=messages,
        window=windows,
        parent=messages,
        role=st.sampled_from(["user", "assistant"]),
        text=texts,
    )
    def append(self, window: int, parent: Node, role: Role, text: str) -> Node:
        return self.add(window, parent, role, text, "complete")

    @rule(target=unfinished, window=windows, parent=messages)
    def begin_answer(self, window: int, parent: Node) -> Node:
        node = self.add(window, parent, "assistant", "", "streaming")
        self.writers[node.id] = window
        return node

    @rule(node=unfinished, text=texts)
    def journal(self, node: Node, text: str) -> None:
        if node.id in self.writers:
            store = self.windows_open[self.writers[node.id]]
            store.journal(node.id, text)
            node.text += text
            assert store.message(node.id).text == node.text

    @rule(target=messages, node=consumes(unfinished))
    def finish(self, node: Node) -> Node:
        if node.id in self.writers:
            window = self.writers.pop(node.id)
            ended = self.windows_open[window].finish(node.id, "stopped")
            assert (ended.text, ended.state) == (node.text, "stopped")
        return node

    @rule(target=unfinished, window=windows, node=consumes(messages))
    def reopen(self, window: int, node: Node) -> Node:
        reopened = self.windows_open[window].reopen(node.id, model=None, sampling=Sampling())
        assert reopened.text == node.text
        self.writers[node.id] = window
        node.choose()
        return node

    @rule(window=windows)
    def restart(self, window: int) -> None:
        self.windows_open[window].close()
        self.windows_open[window] = SqliteConversations(self.file)
        for id in [id for id, writer in self.writers.items() if writer == window]:
            del self.writers[id]
            assert self.windows_open[window].message(id).state == "partial"

    @rule(window=windows, node=messages)
    def select(self, window: int, node: Node) -> None:
        self.windows_open[window].select(node.id)
        node.choose()

    @rule(window=windows, node=messages, data=st.data())
    def move_to_the_trash_and_back(self, window: int, node: Node, data: st.DataObject) -> None:
        """Other windows go on meanwhile, and what leaves last comes back first."""
        store = self.windows_open[window]
        if any(below.id in self.writers for below in node.below()):
            with pytest.raises(StorageError):
                store.delete_message(node.id)
            return
        before = store.transcript(self.conversation)
        store.delete_message(node.id)
        rest = [other for other in self.root.below()[1:] if other not in node.below()]
        left = store.transcript(self.conversation)
        assert {entry.message.id for entry in left.entries} == {other.id for other in rest}
        if rest and data.draw(st.booleans()):
            inner = data.draw(st.sampled_from(rest))
            if not any(below.id in self.writers for below in inner.below()):
                store.delete_message(inner.id)
                self.windows_open[1 - window].undo()
        if data.draw(st.booleans()):
            self.windows_open[1 - window].undo()
        else:
            store.restore_message(node.id)
        after = store.transcript(self.conversation)
        assert without_writers(after) == without_writers(before)

    @rule(window=windows, node=messages)
    def look_at(self, window: int, node: Node) -> None:
        store = self.windows_open[window]
        path = store.path(node.id)
        assert [message.id for message in path] == [step.id for step in node.path()]
        versions = store.versions(node.id)
        assert [message.id for message in versions] == [each.id for each in node.versions()]
        assert [message.version for message in versions] == list(range(1, len(versions) + 1))
        assert {message.versions for message in versions} == {len(versions)}
        assert store.message(node.id) == path[-1]
        if node.id not in self.writers:
            assert path[-1].text == node.text

    @invariant()
    def both_windows_see_the_branch_in_use(self) -> None:
        expected = []
        node = self.root.chosen
        while node is not None:
            expected.append(node.id)
            node = node.chosen
        for store in self.windows_open:
            assert [message.id for message in store.branch(self.conversation)] == expected
        counts = [line.messages for line in self.windows_open[0].conversations()]
        assert counts == ([self.count] if self.count else [])

    def teardown(self) -> None:
        try:
            for store in self.windows_open:
                store.close()
            assert_sound(self.file)
        finally:
            shutil.rmtree(self.folder)


TestConversing = Conversing.TestCase
TestConversing.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
