"""Branches of a conversation: where they part, and what each of them says from there."""

from collections.abc import Sequence

from assistant.core.values.base import Value
from assistant.core.values.conversation import Message
from assistant.core.values.transcript import Transcript


class BranchPoint(Value):
    """Point where a conversation branches, with its branches."""

    above: tuple[Message, ...]
    """What all ways have in common, from the first message on."""
    ways: tuple[tuple[Message, ...], ...]
    """Each from the message that is its own down to its end, oldest first."""
    active: int
    """Which of them is the active one."""


def branch_point(transcript: Transcript, message_id: str) -> BranchPoint | None:
    """Versions of a message with what follows each of them.

    Returns:
        The branches; None when there is only one.
    """
    entries = {entry.message.id: entry for entry in transcript.entries}
    if message_id not in entries:
        return None
    parent = entries[message_id].message.parent_id
    siblings = [entry for entry in transcript.entries if entry.message.parent_id == parent]
    if len(siblings) < 2:
        return None
    active = [place for place, entry in enumerate(siblings) if entry.active]
    return BranchPoint(
        above=_above(transcript, parent),
        ways=tuple(branch_below(transcript, entry.message) for entry in siblings),
        active=active[0] if active else 0,
    )


def branch_below(transcript: Transcript, message: Message) -> tuple[Message, ...]:
    """Branch from a message on; at a fork of the tree, the child last used."""
    chosen = {
        entry.message.parent_id: entry.message for entry in transcript.entries if entry.active
    }
    branch = [message]
    while branch[-1].id in chosen:
        branch.append(chosen[branch[-1].id])
    return tuple(branch)


def branch_point_of_fork(origin: Transcript, fork: Transcript, at: str) -> BranchPoint:
    """Branch point of a fork: its origin and the fork as two branches.

    Args:
        at: the last message that they have in common, as the origin calls it.
    """
    common = _above(origin, at)
    own = [entry.message for entry in fork.branch]
    last = common[-1] if common else None
    return BranchPoint(
        above=common,
        ways=(branch_below(origin, last)[1:] if last else (), tuple(own[len(common) :])),
        active=1,
    )


def _above(transcript: Transcript, id: str | None) -> tuple[Message, ...]:
    """Messages from the first down to this one, this one included."""
    messages = {entry.message.id: entry.message for entry in transcript.entries}
    path: list[Message] = []
    while id is not None and id in messages:
        path.append(messages[id])
        id = messages[id].parent_id
    return tuple(reversed(path))


def pair_messages(
    left: Sequence[Message], right: Sequence[Message]
) -> list[tuple[Message | None, Message | None]]:
    """Align two branches turn by turn: messages of the same role beside each other."""
    pairs: list[tuple[Message | None, Message | None]] = []
    first, second = list(left), list(right)
    while first or second:
        if first and second and first[0].role != second[0].role:
            # A question without an answer on one side: the other side waits.
            ahead = first if first[0].role == "assistant" else second
            message = ahead.pop(0)
            pairs.append((message, None) if ahead is first else (None, message))
        else:
            pairs.append((first.pop(0) if first else None, second.pop(0) if second else None))
    return pairs
