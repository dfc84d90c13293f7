"""Answers that the starter model writes to questions with known answers: with the passages that
are found for them, and without any document. They are kept: writing them takes half an hour."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

from assistant.core.grounding import retrieval as grounding
from assistant.core.grounding.retrieval import compose_question
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.documents import Passage
from assistant.core.values.events import Loaded, Wrote
from assistant.core.values.sampling import Sampling
from benchmarks.library import BenchLibrary
from benchmarks.question_sets import Question

SAMPLING = Sampling(seed=1, max_tokens=160)
"""As a user's, but the same each time."""


class Written(NamedTuple):
    """One answer, and the passages it is to be held against."""

    question: Question
    passages: tuple[Passage, ...]
    """Those in the prompt, or those that would have been there."""
    answer: str
    alone: bool
    """Whether the model wrote it without any document."""

    @property
    def is_right(self) -> bool:
        """Whether a known answer stands in it, word for word."""
        said = self.answer.casefold()
        return any(answer.casefold() in said for answer in self.question.answers)

    @property
    def holding(self) -> frozenset[int]:
        """Numbers of the passages that hold a known answer to the question."""
        return frozenset(
            number
            for number, passage in enumerate(self.passages, 1)
            if passage.path.removeprefix("/all/") in self.question.relevant
            or any(answer in passage.text for answer in self.question.answers)
        )


class Writer:
    """A model whose answers are kept in a file, so that none is written twice."""

    def __init__(self, model: ChatModel, system_prompt: str, file: Path) -> None:
        self._model = model
        self._system_prompt = system_prompt
        self._file = file
        self._window = 0
        self._known: dict[str, str] = {}
        if file.exists():
            rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
            self._known = {row["key"]: row["answer"] for row in rows}

    def write(self, question: Question, passages: Sequence[Passage]) -> Iterator[Written]:
        """The answer from the passages, and the one without."""
        self._load()
        used = grounding.fit_passages(question.text, passages, self._model, self._window)
        for alone in (False, True):
            content = question.text if alone else compose_question(question.text, used)
            yield Written(question, used, self._answer(content), alone)

    def _answer(self, content: str) -> str:
        messages = [
            ChatMessage(role="system", content=self._system_prompt),
            ChatMessage(role="user", content=content),
        ]
        told = [self._model.name, SAMPLING.model_dump(), [m.model_dump() for m in messages]]
        key = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        if key not in self._known:
            events = self._model.stream(messages, SAMPLING, Event())
            self._known[key] = "".join(e.text for e in events if isinstance(e, Wrote))
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"key": key, "answer": self._known[key]}) + "\n")
        return self._known[key]

    def _load(self) -> None:
        if not self._window:
            loaded = [e for e in self._model.load(Event()) if isinstance(e, Loaded)]
            self._window = loaded[-1].info.context_window


def write_all(
    library: BenchLibrary, questions: Sequence[Question], writer: Writer
) -> Iterator[Written]:
    """Answers to the questions for which a passage is found that answers them."""
    for question in questions:
        result = library.retrieval.search(question.text, None, grounding.MAX_PASSAGES)
        found = {passage.path.removeprefix("/all/") for passage in result.passages}
        if found & question.relevant:
            for written in writer.write(question, result.passages):
                if written.holding:
                    yield written


def answers_file() -> Path:
    """Where answers are kept: outside the checkout."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "assistant-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "answers.jsonl"
