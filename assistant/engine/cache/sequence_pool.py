"""Sequence pool: which sequence of a context a prompt is read into.

A context has several sequences, so that several conversations are kept warm at once.
"""

from collections.abc import Iterator

import llama_cpp

from assistant.engine.cache.sequences import CachedSequence, TokenBatch
from assistant.engine.llama.lora import NO_ADAPTERS, AdapterSet, ContextAdapters
from assistant.engine.llama.vocabulary import Vocabulary


class SequencePool:
    """The sequences of a context, from the least to the most recently used."""

    def __init__(self, context: llama_cpp.llama_context_p, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._batch = TokenBatch(llama_cpp.llama_n_batch(context))
        self._context_adapters = ContextAdapters(context)
        self._by_use = [
            CachedSequence(context, vocabulary, self._batch, self._context_adapters, id)
            for id in range(llama_cpp.llama_n_seq_max(context))
        ]

    def __iter__(self) -> Iterator[CachedSequence]:
        """The one used last comes first."""
        return reversed(self._by_use)

    def __len__(self) -> int:
        return len(self._by_use)

    def nearest(self, prompt: bytes, adapters: AdapterSet) -> CachedSequence:
        """The sequence that has most of a prompt's beginning."""
        return max(self, key=lambda sequence: sequence.common_text(prompt, adapters))

    def choose(self, prompt: bytes, adapters: AdapterSet) -> CachedSequence:
        """Choose the sequence for a prompt: its own conversation's, else one that holds nothing
        but its beginning, be that empty, else one that it has most of, else the one that was not
        used for longest. It counts as used from now on.
        """
        nearest = self.nearest(prompt, adapters)
        is_continued = nearest.is_continued_by(prompt, adapters)
        if is_continued and not nearest.begins_alike(prompt, adapters):
            return self._use(nearest)
        usable = [one for one in self._by_use if one.is_beginning_of(prompt, adapters)]
        usable = usable or [one for one in self._by_use if one.is_continued_by(prompt, adapters)]
        usable = usable or self._by_use[:1]
        return self._use(max(usable, key=lambda one: one.common_text(prompt, adapters)))

    def copy_beginning(self, sequence: CachedSequence, prompt: bytes, adapters: AdapterSet) -> None:
        """Copy into an empty sequence what another one has of the beginning of a prompt, where that
        is most of what is copied."""
        nearest = self.nearest(prompt, adapters)
        if sequence.is_empty and nearest.is_continued_by(prompt, adapters):
            sequence.copy(nearest)

    def shared_beginning(self, prompt: bytes, adapters: AdapterSet) -> bytes:
        """What a prompt begins with as the nearest sequence does, up to a special token: what is
        behind it is tokenized on its own.
        """
        return self._vocabulary.before_special(
            prompt[: self.nearest(prompt, adapters).common_text(prompt, adapters)]
        )

    def next(self) -> CachedSequence:
        """The sequence for a restored conversation; it counts as used from now on."""
        return self._use(self.for_background())

    def for_background(self) -> CachedSequence:
        """The sequence for background completions; it does not count as used."""
        return next((one for one in self._by_use if one.is_empty), self._by_use[0])

    def adapters(self) -> list[AdapterSet]:
        """The sets of adapters that sequences were computed with; nothing else stays set."""
        used = [sequence.adapters for sequence in self._by_use]
        if self._context_adapters.chosen not in used:
            self._context_adapters.apply(NO_ADAPTERS)
        return used

    def _use(self, chosen: CachedSequence) -> CachedSequence:
        self._by_use.remove(chosen)
        self._by_use.append(chosen)
        return chosen

    def close(self) -> None:
        self._batch.close()
