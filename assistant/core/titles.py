"""A title from the first words of a conversation."""

import re

LIMIT = 48
"""Characters; what a sidebar of usual width shows."""


def title_from(text: str) -> str:
    """The first words of `text` on one line, cut between words; "Untitled" for blank text."""
    words = re.sub(r"\s+", " ", text[:2000]).strip().lstrip("#>*- ")
    if len(words) <= LIMIT:
        return words or "Untitled"
    cut = words[: LIMIT - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > LIMIT // 2 else cut).rstrip(" ,;:.") + "…"
