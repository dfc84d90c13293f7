"""A small worker for tests: echoes, counts until cancelled, or floods its caller."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from assistant.core.values.base import Value
from assistant.ipc.caller import Caller
from assistant.ipc.server import Server
from assistant.ipc.spec import WorkerSpec


class Echo(Value):
    kind: Literal["echo"] = "echo"
    text: str


class Wait(Value):
    """Answered when it is cancelled."""

    kind: Literal["wait"] = "wait"


class Flood(Value):
    kind: Literal["flood"] = "flood"
    frames: int


Request = Echo | Wait | Flood
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


def main(runtime: str, log: str, version: str, idle_exit: float) -> None:
    spec = WorkerSpec("echo", (), Path(runtime), Path(log), version)
    with Server(spec, requests, answer) as server:
        while server.quiet_for() < idle_exit:
            if server.retiring.wait(0.05) and server.quiet_for() > 0:
                return


if __name__ == "__main__":
    runtime, log, version, idle_exit = sys.argv[1:]
    main(runtime, log, version, float(idle_exit))
