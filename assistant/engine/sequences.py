"""Which conversation is in which sequence of the cache: several are kept warm at once."""

from collections.abc import Iterator

import llama_cpp

from assistant.engine.adapters import BASE, AdapterSet, SetAdapters
from assistant.engine.sequence import Batch, CachedSequence
from assistant.engine.vocabulary import Vocabulary


class Sequences:
    """The sequences of a context, the one used last at the end."""

    def __init__(self, context: llama_cpp.llama_context_p, vocabulary: Vocabulary) -> None:
        self._batch = Batch(llama_cpp.llama_n_batch(context))
        self._running = SetAdapters(context)
        self._by_use = [
            CachedSequence(context, vocabulary, self._batch, self._running, id)
            for id in range(llama_cpp.llama_n_seq_max(context))
        ]

    def __iter__(self) -> Iterator[CachedSequence]:
        """The one used last comes first."""
        return reversed(self._by_use)

    def __len__(self) -> int:
        return len(self._by_use)

    def nearest(self, prompt: bytes, adapters: AdapterSet) -> CachedSequence:
        """The one that has most of a prompt's beginning."""
        return max(self, key=lambda sequence: sequence.common_text(prompt, adapters))

    def choose(self, prompt: bytes, adapters: AdapterSet) -> CachedSequence:
        """Where a prompt is to be read: in its own conversation's sequence, else in an empty one,
        else in the one that was not used for longest. It counts as used from now on."""
        nearest = self.nearest(prompt, adapters)
        return self._use(nearest if nearest.goes_on_with(prompt, adapters) else self.aside())

    def next(self) -> CachedSequence:
        """Where to put what was read elsewhere. It counts as used from now on."""
        return self._use(self.aside())

    def aside(self) -> CachedSequence:
        """Where to read what belongs to no conversation; it does not count as used."""
        return next((one for one in self._by_use if one.is_empty), self._by_use[0])

    def adapters(self) -> list[AdapterSet]:
        """What any of them is computed with; nothing else stays set."""
        used = [sequence.adapters for sequence in self._by_use]
        if self._running.chosen not in used:
            self._running.apply(BASE)
        return used

    def _use(self, chosen: CachedSequence) -> CachedSequence:
        self._by_use.remove(chosen)
        self._by_use.append(chosen)
        return chosen

    def close(self) -> None:
        self._batch.close()
