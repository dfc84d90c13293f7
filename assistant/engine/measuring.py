"""How many tokens a conversation has, and which message has how many of them."""

from collections.abc import Sequence
from itertools import accumulate

from assistant.core.models import ChatMessage, Measure
from assistant.engine.prompt import Layout

CHARS_PER_TOKEN_AT_MOST = 64
"""Runs of spaces or dashes come close to it. Longer texts take too long to be counted."""


def is_beyond(messages: Sequence[ChatMessage], window: int) -> bool:
    """Whether the messages are so long that they cannot fit and are not worth counting."""
    chars = sum(len(message.content) for message in messages)
    return chars > window * CHARS_PER_TOKEN_AT_MOST


def estimate(messages: Sequence[ChatMessage]) -> Measure:
    """A count from below, for messages that are `is_beyond`."""
    parts = tuple(len(message.content) // CHARS_PER_TOKEN_AT_MOST + 1 for message in messages)
    return Measure(total=sum(parts), parts=parts, overhead=0, exact=False)


def shares(layout: Layout, tokens: Sequence[int], lengths: Sequence[int]) -> Measure:
    """Each message's share: the tokens that begin within its span.

    Args:
        lengths: bytes of the text that each token stands for; 0 for one that it does not have.
    """
    text = layout.text
    starts = [0, *accumulate(lengths)][:-1]
    size = len(text.encode())
    # Tokenizers that add spaces of their own make the pieces longer than the text.
    scale = size / max(sum(lengths), 1)
    bounds: list[tuple[float, float]] = []
    position = at = 0
    for start, end in layout.spans:
        first = at + len(text[position:start].encode())
        last = first + len(text[start:end].encode())
        bounds.append((first, last))
        position, at = end, last
    parts = [0] * len(bounds)
    index = head = 0
    for start_of_token in starts:
        place = start_of_token * scale
        while index < len(bounds) and place >= bounds[index][1]:
            index += 1
        if index == len(bounds):
            break
        if place >= bounds[index][0]:
            parts[index] += 1
        else:
            head += 1
    return Measure(
        total=len(tokens), parts=tuple(parts), overhead=len(tokens) - sum(parts), head=head
    )
