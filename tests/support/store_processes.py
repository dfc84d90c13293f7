"""Stores in processes of their own, and the truth about what they did.

Run as `python -m tests.support.store_processes COMMAND DATABASE TRUTH SEED`. What a child does it
writes to the TRUTH file, a JSON object per line, with one unbuffered write each: what is in that
file was done, or at least begun, before the child could be killed.
"""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from assistant.core.values.conversation import Message
from assistant.core.values.sampling import Sampling
from assistant.storage.conversations import SqliteConversations
from tests.support.waiting import TIMEOUT, eventually

PIECES = (
    "Once ",
    "upon ",
    "a time",
    ", ação ",
    "e reação",
    " 👩‍👩‍👧",
    "\n\n",
    "\\",
    "\0",
    "日本",
    ".",
)


def start(command: str, file: Path, truth: Path, seed: int = 0) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.store_processes", command, file, truth, str(seed)]
    )


@dataclass
class Answer:
    """What a child did to one answer since it opened it."""

    before: str
    pieces: list[tuple[float, str]] = field(default_factory=list)
    """With the time at which each was handed over; infinity when it may not have been."""
    finished: bool = False

    @property
    def text(self) -> str:
        return self.before + "".join(text for _, text in self.pieces)

    def text_until(self, time: float) -> str:
        """What was handed over up to `time`."""
        return self.before + "".join(text for at, text in self.pieces if at <= time)


class Truth:
    """What the TRUTH file says."""

    def __init__(self, file: Path) -> None:
        self.questions: dict[str, str] = {}
        self.answers: dict[str, Answer] = {}
        self.last = 0.0
        """Time of the last thing that was done."""
        lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
        for line in lines:
            self._take(json.loads(line))

    def _take(self, entry: dict[str, Any]) -> None:
        self.last = entry["at"]
        match entry["did"]:
            case "asked":
                self.questions[entry["id"]] = entry["text"]
            case "opened":
                self.answers[entry["id"]] = Answer(entry["text"])
            case "writing":
                self.answers[entry["id"]].pieces.append((float("inf"), entry["text"]))
            case "wrote":
                pieces = self.answers[entry["id"]].pieces
                pieces[-1] = (entry["at"], pieces[-1][1])
            case "finished":
                self.answers[entry["id"]].finished = True


class Child:
    def __init__(self, file: Path, truth: Path, seed: int) -> None:
        self.store = SqliteConversations(file)
        self._truth = os.open(truth, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._random = random.Random(seed)

    def converse(self) -> None:
        """Ask and answer for ever, after going on with what an earlier child left."""
        for line in self.store.conversations(limit=1):
            left = self.store.branch(line.id)[-1]
            if left.state == "partial":
                self._write(self.store.reopen(left.id, model=None, sampling=Sampling()))
        while True:
            conversation = self.store.create(title="Crash")
            parent: str | None = None
            for turn in range(3):
                text = f"Question {turn}"
                question = self.store.append(conversation.id, parent, "user", text)
                self._tell("asked", question.id, text)
                answer = self.store.append(
                    conversation.id, question.id, "assistant", "", state="streaming"
                )
                self._write(answer)
                parent = answer.id

    def stream(self) -> None:
        """Write one answer that never ends."""
        question = self.store.append(self.store.create().id, None, "user", "Question")
        answer = self.store.append(
            question.conversation_id, question.id, "assistant", "", state="streaming"
        )
        self._tell("opened", answer.id, "")
        while True:
            self._piece(answer, "uncommon ")

    def fill(self) -> None:
        """Add a hundred messages: to a conversation of its own, and to one that all share."""
        shared = self.store.conversations(title_contains="shared")[0].id
        parent: str | None = None
        own = self.store.create(title="own").id
        for number in range(50):
            parent = self.store.append(own, parent, "user", f"own {number}").id
            message = self.store.append(shared, None, "user", f"shared {number}")
            self._tell("asked", message.id, message.text)
        self.store.close()

    def _write(self, answer: Message) -> None:
        self._tell("opened", answer.id, answer.text)
        for _ in range(self._random.randrange(5, 60)):
            self._piece(answer, self._random.choice(PIECES))
        self.store.finish(answer.id, "complete", stop_reason="end")
        self._tell("finished", answer.id)

    def _piece(self, answer: Message, text: str) -> None:
        self._tell("writing", answer.id, text)
        self.store.journal(answer.id, text)
        self._tell("wrote", answer.id)
        sleep(self._random.uniform(0.001, 0.02))

    def _tell(self, did: str, id: str, text: str = "") -> None:
        line = json.dumps({"did": did, "id": id, "text": text, "at": monotonic()})
        os.write(self._truth, line.encode() + b"\n")


def kill_after(child: "subprocess.Popen[bytes]", truth: Path, seconds: float) -> Truth:
    """Kill -9 a child that far after it began to write; what it did until then."""
    known = truth.stat().st_size if truth.exists() else 0
    assert eventually(lambda: child.poll() is not None or _size(truth) > known)
    kill_within(child, seconds)
    return Truth(truth)


def kill_within(child: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Kill -9 a child after so long; it must not have ended by itself."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
    assert child.wait(TIMEOUT) == -9


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


if __name__ == "__main__":
    command, file, truth, seed = sys.argv[1:]
    getattr(Child(Path(file), Path(truth), int(seed)), command)()
