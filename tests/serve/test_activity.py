"""What the server shows of its requests."""

import io
import re
from pathlib import Path

from assistant.bootstrap import Assistant
from assistant.cli.console import Console
from assistant.cli.program import Program
from assistant.core.values.conversation import Usage
from assistant.serve.activity import ServerActivity
from assistant.serve.http.errors import ApiError
from assistant.settings import Settings
from assistant.system.paths import Paths
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell

USAGE = Usage(prompt_tokens=1200, cached_tokens=0, completion_tokens=34)


def test_a_request_is_shown_with_its_tokens() -> None:
    lines: list[str] = []
    activity = ServerActivity(lines.append)

    with activity.request("tiny") as record:
        record.usage, record.is_complete = USAGE, True
    with activity.request("tiny") as record:
        record.usage = USAGE
    with activity.request("tiny") as record:
        record.failed(ApiError(400, "Nobody is told what was asked."))

    with activity.request("tiny") as record:
        record.failed(ApiError(503, "The engine stopped unexpectedly."))

    assert [re.sub(r"^\S+  |, [0-9.]+ s", "", line) for line in lines] == [
        "tiny: 1,200 → 34 tokens",
        "tiny: stopped, 1,200 → 34 tokens",
        "tiny: refused with 400",
        "tiny: refused with 503: The engine stopped unexpectedly.",
    ]


def test_a_worker_that_was_replaced_is_told_on_the_terminal(home: Path) -> None:
    shell, err = Shell(home, ScriptedModels()), io.StringIO()

    def build(settings: Settings, paths: Paths, *, forgetful: bool, yields: bool) -> Assistant:
        assert yields
        return shell.build(settings, paths, forgetful=forgetful)

    program = Program(
        console=Console(io.StringIO(), err, {}),
        environment={"ASSISTANT_HOME": str(home)},
        build=build,
    )
    with program.assistant_for_others(kept=False):
        shell.models.tell("The engine did not answer and was ended.")
        shell.library.tell("The library did not answer and was restarted.")

    assert err.getvalue().splitlines() == [
        "The engine did not answer and was ended.",
        "The library did not answer and was restarted.",
    ]


def test_what_goes_on_is_shown_on_one_line() -> None:
    shown: list[str] = []
    activity = ServerActivity(None, shown.append)

    with activity.request("a"), activity.request("b"):
        activity.waiting(1)
        activity.waiting(0)

    assert shown == ["1 open", "2 open", "2 open, 1 waiting", "2 open", "1 open", ""]
