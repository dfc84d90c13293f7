"""Prompt cache: for each prompt the sequence or snapshot that leaves least of it to prefill.

What was read of conversations is kept in sequences of the context, and beyond those on disk. None
of it is ever found for another set of adapters than the one that it was computed with.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from assistant.core.values.conversation import Keep
from assistant.engine.cache.sequence_pool import SequencePool
from assistant.engine.cache.sequences import CachedSequence
from assistant.engine.cache.snapshots import (
    MIN_SNAPSHOT_TOKENS,
    ModelSnapshots,
    SequenceState,
    Snapshot,
    Snapshots,
    common_prefix_length,
)
from assistant.engine.llama.lora import AdapterSet


class AdaptedSnapshots:
    """The snapshots of one model, by the set of adapters that they were computed with."""

    def __init__(self, snapshots: Snapshots, fingerprint: str) -> None:
        """Args:
        fingerprint: that of the model, as it is run.
        """
        self._snapshots = snapshots
        self._fingerprint = fingerprint

    def for_adapters(self, adapters: AdapterSet) -> ModelSnapshots:
        """The snapshots of one set of adapters, by the content of its files and their scales."""
        if not adapters:
            return self._snapshots.for_model(self._fingerprint)
        facts = [(applied.adapter.content, applied.scale) for applied in adapters]
        text = repr((self._fingerprint, facts))
        return self._snapshots.for_model(hashlib.sha256(text.encode()).hexdigest())

    def generation(self) -> str:
        """See `Snapshots.generation`."""
        return self._snapshots.generation()

    def flush(self) -> None:
        """See `Snapshots.flush`."""
        self._snapshots.flush()


REPREFILL_AFTER: Final = 1.0
"""Seconds after an answer in which the next question may come at once."""

REPREFILL_TOKENS: Final = 64
"""Tokens read before the next look at whether somebody asks."""

SAVE_AFTER: Final = 10.0
"""Seconds: who goes on talking needs no snapshot yet."""

MIN_SHARE_DIVISOR: Final = 4
"""A snapshot is read for a prompt that shares at least one in so many of its tokens."""


MIN_BEGINNING: Final = 64
"""Bytes of text that conversations begin with; less is read anew in no time."""


class SharedBeginning(NamedTuple):
    """What two conversations begin with, so that others may, too."""

    text: bytes
    adapters: AdapterSet


class PackedSequence(NamedTuple):
    """What a sequence held, on its way into another context."""

    state: SequenceState
    adapters: AdapterSet
    next_prefix: bytes | None
    is_private: bool


class PromptCache:
    """The prompt cache of one model. For one thread."""

    def __init__(
        self, sequences: SequencePool, snapshots: AdaptedSnapshots | None, *, can_reprefill: bool
    ) -> None:
        """Args:
        can_reprefill: whether the model can forget the end of what it has read; one that only
            forgets everything would read a conversation anew after every answer.
        """
        self._sequences = sequences
        self._snapshots = snapshots
        self._can_reprefill = can_reprefill
        self._next_prefixes: dict[int, bytes] = {}
        """By sequence: what its next prompt begins with, still to be read."""
        self._private: set[int] = set()
        """Sequences that are not to reach the disk."""
        self._beginning: SharedBeginning | None = None
        self._generation = snapshots.generation() if snapshots else ""

    def tokens_of(self, text: bytes, adapters: AdapterSet) -> list[int]:
        """The tokens of a prompt, as the sequence that would read it has them."""
        return self._sequences.nearest(text, adapters).tokens_of(text, adapters)

    def cached(self, tokens: Sequence[int], adapters: AdapterSet) -> int:
        """How many of a prompt's first tokens are cached, in memory or on disk."""
        wanted = list(tokens)
        alike = (each.tokens for each in self._sequences if each.adapters == adapters)
        warm = max((common_prefix_length(each, wanted) for each in alike), default=0)
        found = self._useful_snapshot(tokens, warm, adapters)
        return found[1] if found else warm

    def sequence_for(
        self, text: bytes, keep: Keep, adapters: AdapterSet
    ) -> tuple[CachedSequence, list[int]]:
        """Choose the sequence for a prompt, restored from a snapshot where that saves much.

        Returns: the sequence, and the prompt's tokens.
        """
        self._forget_removed()
        if keep == "aside":
            sequence = self._sequences.for_background()
        else:
            sequence = self._sequences.choose(text, adapters)
        if not sequence.is_continued_by(text, adapters):
            if keep != "aside":
                self._find_beginning(text, adapters)
            sequence.drop_unprefilled()
            self._save(sequence)
        self._next_prefixes.pop(sequence.id, None)
        if keep == "disk":
            self._private.discard(sequence.id)
        else:
            self._private.add(sequence.id)
        sequence.set_adapters(adapters)
        if keep != "aside" and self._can_reprefill:
            self._sequences.copy_beginning(sequence, text, adapters)
        tokens = sequence.tokens_of(text, adapters)
        if self._restore(sequence, tokens):
            tokens = sequence.tokens_of(text, adapters)
        return sequence, tokens

    def finish_answer(self, sequence: CachedSequence, next_prefix: bytes, keep: Keep) -> None:
        """Finish an answer; `next_prefix` is what the conversation's next prompt begins with."""
        if keep == "aside":
            sequence.clear()
        elif next_prefix and self._can_reprefill:
            self._next_prefixes[sequence.id] = next_prefix
        self._prepare_beginning()

    def do_idle_work(self, idle: float) -> bool:
        """Do a little idle work: read an answer again as a prompt, or the beginning of a new
        conversation, or save a snapshot.

        Args:
            idle: seconds since the last answer.

        Returns: whether something was done.
        """
        self._forget_removed()
        if idle >= REPREFILL_AFTER and any(
            self._reprefill(sequence) for sequence in self._sequences
        ):
            return True
        return idle >= SAVE_AFTER and any(self._save(sequence) for sequence in self._sequences)

    def pack(self) -> list[PackedSequence]:
        """Pack the sequences for another context, the one used last first."""
        packed = []
        for sequence in self._sequences:
            sequence.drop_unprefilled()
            if sequence.tokens and sequence.is_prefilled:
                state, next_prefix = (
                    SequenceState(*sequence.dump()),
                    self._next_prefixes.get(sequence.id),
                )
                is_private = sequence.id in self._private
                packed.append(PackedSequence(state, sequence.adapters, next_prefix, is_private))
        return packed

    def unpack(self, sequences: SequencePool, packed: Sequence[PackedSequence]) -> None:
        """Continue in the sequences of another context; what has no place there is saved."""
        self._sequences = sequences
        self._next_prefixes, self._private = {}, set()
        for kept in packed[len(sequences) :]:
            if not kept.is_private:
                self._write(kept.state, kept.adapters)
        for kept in reversed(packed[: len(sequences)]):
            sequence = sequences.next()
            sequence.set_adapters(kept.adapters)
            if not sequence.restore(*kept.state):
                continue
            if kept.next_prefix is not None:
                self._next_prefixes[sequence.id] = kept.next_prefix
            if kept.is_private:
                self._private.add(sequence.id)

    def save_all(self) -> None:
        """Save every sequence that is worth it, and wait until that is on disk."""
        self._forget_removed()
        for sequence in self._sequences:
            sequence.drop_unprefilled()
            self._save(sequence)
        if self._snapshots is not None:
            self._snapshots.flush()

    def _forget_removed(self) -> None:
        """Forget what is in memory when the snapshots were deleted: it must not be saved again."""
        generation = self._snapshots.generation() if self._snapshots else ""
        if generation != self._generation:
            self._generation = generation
            for sequence in self._sequences:
                sequence.clear()
            self._next_prefixes.clear()
            self._beginning = None

    def _find_beginning(self, text: bytes, adapters: AdapterSet) -> None:
        """Look what a new conversation has in common with one that is in memory."""
        shared = self._sequences.shared_beginning(text, adapters)
        if len(shared) >= MIN_BEGINNING:
            self._beginning = SharedBeginning(shared, adapters)

    def _prepare_beginning(self) -> None:
        """Have an empty sequence, where there is one, read the beginning of the next conversation.

        Adapters that nothing else is computed with any more may be gone.
        """
        shared = self._beginning
        empty = next((one for one in self._sequences if one.is_empty), None)
        if shared is None or empty is None or not self._can_reprefill:
            return
        if shared.adapters not in (one.adapters for one in self._sequences) or any(
            one.holds_text(shared.text) for one in self._sequences
        ):
            return
        empty.set_adapters(shared.adapters)
        self._next_prefixes[empty.id] = shared.text
        self._private.add(empty.id)

    def _restore(self, sequence: CachedSequence, tokens: Sequence[int]) -> bool:
        """Bring a conversation back from its snapshot, when that is worth it."""
        warm = common_prefix_length(sequence.tokens, list(tokens))
        found = self._useful_snapshot(tokens, warm, sequence.adapters)
        if found is None or self._snapshots is None:
            return False
        state = self._snapshots.for_adapters(sequence.adapters).load(found[0])
        return state is not None and sequence.restore(*state)

    def _useful_snapshot(
        self, tokens: Sequence[int], warm: int, adapters: AdapterSet
    ) -> tuple[Snapshot, int] | None:
        """The snapshot that saves much against `warm` tokens in memory, and how many it has."""
        found = self._snapshots.for_adapters(adapters).longest(tokens) if self._snapshots else None
        if found is None:
            return None
        snapshot, shared = found
        if shared - warm < MIN_SNAPSHOT_TOKENS or shared * MIN_SHARE_DIVISOR < len(snapshot.tokens):
            return None
        return found

    def _reprefill(self, sequence: CachedSequence) -> bool:
        """Read some of the last answer as a prompt; whether there was something to read."""
        next_prefix = self._next_prefixes.get(sequence.id)
        if next_prefix is None:
            return False
        if not (sequence.holds_text(next_prefix) or sequence.reprefill(next_prefix)):
            del self._next_prefixes[sequence.id]
            return False
        sequence.read(REPREFILL_TOKENS)
        if not sequence.unread:
            del self._next_prefixes[sequence.id]
        return True

    def _save(self, sequence: CachedSequence) -> bool:
        """Begin to write a snapshot, if there is something new in it; whether there was."""
        tokens = sequence.tokens
        if self._snapshots is None or sequence.id in self._private or not sequence.is_prefilled:
            return False
        if len(tokens) < MIN_SNAPSHOT_TOKENS or self._snapshots.for_adapters(sequence.adapters).has(
            tokens
        ):
            return False
        self._write(SequenceState(*sequence.dump()), sequence.adapters)
        return True

    def _write(self, state: SequenceState, adapters: AdapterSet) -> None:
        if self._snapshots is not None and len(state.tokens) >= MIN_SNAPSHOT_TOKENS:
            self._snapshots.for_adapters(adapters).save(state)
