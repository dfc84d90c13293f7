"""A small worker for tests: echoes, counts until cancelled, floods its caller, fails or dies."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from assistant.core.errors import NotFoundError
from assistant.core.values.base import Value
from assistant.ipc import server as server_module
from assistant.ipc.caller import Caller
from assistant.ipc.messages import Failed
from assistant.ipc.server import Server
from assistant.ipc.spec import WorkerSpec

SCRIPT = __file__
"""Runs as a program: SCRIPT RUNTIME LOG VERSION IDLE_EXIT LONGEST_TURN."""


class Echo(Value):
    kind: Literal["echo"] = "echo"
    text: str


class Wait(Value):
    """Answered when it is cancelled."""

    kind: Literal["wait"] = "wait"


class Flood(Value):
    kind: Literal["flood"] = "flood"
    frames: int


class Fail(Value):
    kind: Literal["fail"] = "fail"


class Die(Value):
    """The worker ends; a file tells how often it has."""

    kind: Literal["die"] = "die"
    deaths: str
    lives_after: int = 10**9
    """Deaths after which the request is answered."""


Request = Echo | Wait | Flood | Fail | Die
requests: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])


class Said(Value):
    kind: Literal["said"] = "said"
    text: str


def answer(caller: Caller, request: Request) -> None:
    match request:
        case Echo(text=text):
            caller.end(Said(text=text))
        case Wait():
            caller.post(Said(text="waiting"))
            caller.on_cancel(lambda: caller.end(Said(text="cancelled")))
        case Flood(frames=frames):
            for number in range(frames):
                caller.post(Said(text=f"{number} " + "x" * 200))
            caller.end(Said(text="done"))
        case Fail():
            caller.end(Failed.of(NotFoundError("There is none.", "Look elsewhere.")))
        case Die(deaths=deaths, lives_after=lives_after):
            so_far = Path(deaths).read_text() if Path(deaths).exists() else ""
            if len(so_far) >= lives_after:
                caller.end(Said(text="alive"))
                return
            Path(deaths).write_text(f"{so_far}x")
            print("out of luck", file=sys.stderr, flush=True)
            os._exit(3)


def main(runtime: str, log: str, version: str, idle_exit: float, longest_turn: float) -> None:
    server_module.TURN_PAUSE = 0.3
    server_module.LONGEST_TURN = longest_turn
    spec = WorkerSpec("echo", (), Path(runtime), Path(log), version)
    with Server(spec, requests, answer) as server:
        while server.quiet_for() < idle_exit:
            if server.retiring.wait(0.05) and server.quiet_for() > 0:
                return


if __name__ == "__main__":
    runtime, log, version, idle_exit, longest_turn = sys.argv[1:]
    main(runtime, log, version, float(idle_exit), float(longest_turn))
