"""Passages for tests of the turn."""

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Passage


def passage(text: str, id: str = "1", path: str = "/files/lease.md", page: int = 4) -> Passage:
    return Passage(
        id=id,
        path=path,
        title="Lease",
        text=text,
        place=Place(page=page),
        start=100,
        end=100 + len(text),
        content_hash="ab" * 32,
        score=0.9,
        dense_score=0.8,
        keyword_score=3.0,
    )
