"""What the server shows of its requests."""

from assistant.core.values.conversation import Usage
from assistant.serve.activity import ServerActivity
from assistant.serve.http.errors import ApiError

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

    assert [line.split("  ", 1)[1].rsplit(",", 1)[0] for line in lines] == [
        "tiny: 1,200 → 34 tokens",
        "tiny: stopped, 1,200 → 34 tokens",
        "tiny: refused with 400",
    ]


def test_what_goes_on_is_shown_on_one_line() -> None:
    shown: list[str] = []
    activity = ServerActivity(None, shown.append)

    with activity.request("a"), activity.request("b"):
        activity.waiting(1)
        activity.waiting(0)

    assert shown == ["1 open", "2 open", "2 open, 1 waiting", "2 open", "1 open", ""]
