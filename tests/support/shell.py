"""The command line in this process, on a real database and scripted models."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.bootstrap import Assistant, endpoint_directory, prompt_library
from assistant.cli.console import Console
from assistant.cli.entry import main
from assistant.cli.program import Program
from assistant.core.turn.chat import Chat
from assistant.settings import Settings
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import Paths, find_paths
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModels


class Stream(io.TextIOWrapper):
    """A stream that keeps what it gets, as a terminal or as a pipe."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.bytes, encoding=encoding, errors="replace", newline="")

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs commands; `out` is a terminal when `terminal` is set, and so is standard error."""

    home: Path
    models: ScriptedModels
    library: ScriptedLibrary = field(default_factory=ScriptedLibrary)
    terminal: bool = False
    term: str = "xterm-256color"
    encoding: str = "utf-8"
    ask: Callable[[str], str] | None = None
    """Answers for the person at the terminal."""
    ask_secret: Callable[[str], str] | None = None

    def __call__(self, *arguments: str, stdin: bytes | None = None, **environment: str) -> Run:
        out, err = Stream(self.terminal, self.encoding), Stream(self.terminal)
        everything = {**os.environ, "TERM": self.term, **environment}
        program = Program(
            console=Console(out, err, everything),
            environment=everything,
            stdin=None if stdin is None else io.BytesIO(stdin),
            build=self.build,
            open_library=lambda _: self.library,
            ask=self.ask,
            ask_secret=self.ask_secret,
        )
        status = main(arguments, program)
        return Run(status, out.text, err.text)

    def json(self, *arguments: str) -> Any:
        """What a command that succeeds prints for programs."""
        run = self(*arguments, "--json")
        assert run.status == 0, run.err
        return json.loads(run.out)

    def asked(self, *questions: str) -> list[str]:
        """The ids of new conversations, one for each question."""
        return [str(self.json("ask", question)["conversation_id"]) for question in questions]

    def build(self, settings: Settings, paths: Paths, *, forgetful: bool = False) -> Assistant:
        paths.create()
        store = SqliteConversations(None if forgetful else paths.chats)
        prompts = prompt_library(paths)
        chat = Chat(
            store,
            self.models,
            settings.sampling,
            self.library,
            fall_back=settings.library.fall_back,
            of_models={name: own.sampling for name, own in settings.model.items()},
            prompts=prompts,
        )
        endpoints = endpoint_directory(settings, paths)
        return Assistant(
            settings, paths, store, self.models, prompts, chat, self.library, endpoints
        )

    def store(self) -> SqliteConversations:
        return SqliteConversations(find_paths({"ASSISTANT_HOME": str(self.home)}).chats)
