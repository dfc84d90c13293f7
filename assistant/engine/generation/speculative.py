"""Speculative decoding by prompt lookup.

Each token is still sampled from the model's own logits, by the same sampler and the same random
numbers: a draft only saves evaluating its tokens one after the other while they turn out right. So
whatever the temperature, answers are as without drafts, but for the last bits of the logits, which
on most machines differ between tokens evaluated alone and together (see `sequences`). Where two
tokens are nearly as likely, a draft can therefore change an answer; and a draft that depended on
what the machine was doing would change it from run to run. With "auto":

* An answer with a seed is never drafted: who gives one wants the very same answer.
* An answer without randomness is drafted as its tokens alone tell (see `prompt_lookup`), at a cost
  that is measured once for a loaded model and rounded so coarsely that it comes out the same the
  next time. So it is the same in each run, with the prompt in the cache or not.
* All other answers are drawn anew each time. They follow the cost as it is measured all the time.

Where drafting is found not to pay, nothing is drafted, and the time lost is that of measuring it:
once, some nine tokens, when an answer first seems to quote. With "on" nothing is measured, and all
answers are drafted, as their tokens tell, as if that cost what is usual.
"""

from collections import deque
from time import perf_counter

import llama_cpp

from assistant.core.values.sampling import Lookup as Mode
from assistant.engine.cache.sequences import CachedSequence
from assistant.engine.generation.prompt_lookup import (
    USUAL_SLOPE,
    BatchingCost,
    DraftAcceptance,
    PromptLookup,
)

MEASURED_ROUNDS = 3
"""Times that the cost is measured at first, of which the quickest counts."""

MEASURED_TOKENS = 4
"""Tokens evaluated together for that."""

MEASURE_AGAIN_AFTER = 64
"""Drafts left out because of what they cost lately, after which one is made to measure it again."""


class PlainDecoding:
    """Decoding without drafts: one token is evaluated after the other."""

    row = -1
    """Of the logits of the next token, among those evaluated last."""
    drafted = accepted = 0
    """Tokens."""

    def __init__(self, sequence: CachedSequence) -> None:
        self._sequence = sequence

    def advance(self, token: int, room: int) -> bool:  # noqa: ARG002
        """Evaluate `token`, which was just written, so that the logits of the next are there.

        Args:
            room: tokens that can still be written; 0 where the next is known already.

        Returns: False when that was aborted.
        """
        return self._sequence.read_last()

    def end(self) -> None:
        """End the answer."""


class SpeculativeDecoding(PlainDecoding):
    """Speculative decoding of one answer: drafts are evaluated with its tokens."""

    def __init__(
        self,
        context: llama_cpp.llama_context_p,
        sequence: CachedSequence,
        batching: BatchingCost,
        mode: Mode,
        *,
        steady: bool,
    ) -> None:
        """Args:
        steady: whether drafts must not depend on what is measured while the model runs.
        """
        super().__init__(sequence)
        self._context = context
        self._batching = batching
        self._mode = mode
        self._steady = steady
        self._lookup = PromptLookup(sequence.tokens)
        self._acceptance = DraftAcceptance()
        self._guesses: deque[int] = deque()
        self._matching = self._place = 0
        """Tokens that match before the first of the guesses, and where it was found."""
        self._evaluated = 0
        """Of the guesses, those in the cache."""
        self._left_out = 0

    def advance(self, token: int, room: int) -> bool:
        self._lookup.append(token)
        if self._learn(token) and self._evaluated:
            self._evaluated -= 1
            self._sequence.accept_drafted()
            self.row += 1
            self.accepted += 1
            return True
        self.end()
        draft = self._draft(room)
        if draft and self._mode == "auto" and self._batching.steady is None:
            if not self._measure(min(MEASURED_TOKENS, room)):
                return False
            draft = draft[: self._draft_length(room)]
        return self._evaluate(draft)

    def end(self) -> None:
        if self._evaluated:
            self._sequence.drop_drafted()
            self._evaluated = 0

    def _learn(self, token: int) -> bool:
        """Learn from the guess at a token, if there was one."""
        if not self._guesses:
            return False
        right = self._guesses.popleft() == token
        self._acceptance.record(self._matching, right=right)
        self._matching += 1
        return right

    def _draft(self, room: int) -> list[int]:
        """Guess what follows; the guesses that are worth evaluating."""
        self._guesses.clear()
        room = min(room, self._sequence.ubatch_tokens)
        match = self._lookup.find() if room else None
        if match is None:
            return []
        self._matching, self._place = match
        count = self._draft_length(room)
        self._guesses.extend(self._lookup.following(self._place, max(count, 1)))
        return list(self._guesses)[:count]

    def _draft_length(self, room: int) -> int:
        best = self._acceptance.draft_length
        usual = best(self._matching, room - 1, USUAL_SLOPE)
        if self._mode == "on" or self._batching.steady is None:
            return usual
        if self._steady:
            return best(self._matching, room - 1, self._batching.steady)
        count = best(self._matching, room - 1, self._batching.slope)
        if usual and not count:
            self._left_out += 1
            return usual if self._left_out % MEASURE_AGAIN_AFTER == 0 else 0
        return count

    def _measure(self, tokens: int) -> bool:
        """Measure what evaluating `tokens` together costs; False when that was aborted."""
        draft = self._lookup.following(self._place, tokens - 1)
        together: list[float] = []
        alone: list[float] = []
        for _ in range(MEASURED_ROUNDS):
            for seconds, tried in ((together, draft), (alone, [])):
                taken = self._timed(tried)
                if taken is None:
                    return False
                seconds.append(taken)
                self._sequence.drop_last()
        self._batching.add_comparison(tokens, together, alone)
        return True

    def _evaluate(self, draft: list[int]) -> bool:
        seconds = self._timed(draft)
        if seconds is None:
            return False
        self._batching.add_measurement(1 + len(draft), seconds)
        self._evaluated = len(draft)
        self.drafted += len(draft)
        self.row = 0 if draft else -1
        return True

    def _timed(self, draft: list[int]) -> float | None:
        """Seconds that evaluating the last token and a draft took; None when it was aborted."""
        started = perf_counter()
        if not self._sequence.read_last(draft):
            return None
        llama_cpp.llama_synchronize(self._context)
        return perf_counter() - started
