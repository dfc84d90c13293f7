"""A model on a server that is silent, busy, picky, lost: what becomes of an answer."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from assistant.core.errors import (
    ConstraintError,
    ContextOverflowError,
    EndpointError,
)
from assistant.core.values.events import (
    Finished,
    Loaded,
    Loading,
    ModelEvent,
    PrefillProgress,
    Queued,
    Wrote,
)
from assistant.core.values.sampling import Constraint, Sampling
from tests.support.engine import collect, said
from tests.support.model_servers import (
    CUT,
    HOLD,
    Answer,
    Asked,
    ModelServer,
    chunk,
    models_list,
    openai_like,
    plain,
    refused,
    serving,
)
from tests.support.remote_models import remote_model
from tests.support.waiting import until

ASKED = [said("user", "What is the capital of France?")]
USUAL = Sampling()
BOUND = 30.0
"""Seconds: far more than a stop takes, far less than a server is waited for."""


@pytest.fixture
def serve() -> Iterator[Callable[[ModelServer], ModelServer]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda server: stack.enter_context(serving(server))


Serve = Callable[[ModelServer], ModelServer]


def one_after_the_other(*answers: Answer) -> Callable[[Asked], Answer]:
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def server_of(*answers: Answer) -> ModelServer:
    return ModelServer(paths={"/v1/models": models_list()}, script=one_after_the_other(*answers))


def texts(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Wrote))


HEADERS_FIRST = Answer([b": ping\n\n", HOLD])
NO_HEADERS = Answer([HOLD], status=0)
AFTER_A_WORD = Answer([chunk({"content": "Par"}), HOLD])


@pytest.mark.parametrize("silence", [HEADERS_FIRST, NO_HEADERS, AFTER_A_WORD])
def test_a_stop_ends_the_answer_of_a_silent_server_which_sees_it(
    serve: Serve, tmp_path: Path, silence: Answer
) -> None:
    server = serve(server_of(silence))
    stop, events = Event(), list[ModelEvent]()
    model = remote_model(tmp_path, server.url)
    asking = threading.Thread(target=lambda: events.extend(model.stream(ASKED, USUAL, stop)))
    asking.start()
    assert server.held.wait(30)
    until(lambda: silence is not AFTER_A_WORD or bool(texts(events)))

    stop.set()
    asking.join(BOUND)

    assert not asking.is_alive()
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "stopped"
    assert server.left.wait(BOUND)


class _StopBehindALook(Event):
    """A stop that comes right after somebody has looked for one."""

    is_armed = False

    def is_set(self) -> bool:
        was_set = super().is_set()
        if self.is_armed:
            self.set()
        return was_set


ENDS_WITH_A_STOP: dict[str, tuple[list[object], str]] = {
    "reset": ([CUT], "stopped"),
    "closed": ([], "stopped"),
    "over": ([chunk(finish="stop")], "end"),
}


@pytest.mark.parametrize("end", ENDS_WITH_A_STOP)
def test_a_stop_while_the_end_arrives_is_no_failure(serve: Serve, tmp_path: Path, end: str) -> None:
    parts, reason = ENDS_WITH_A_STOP[end]
    server = serve(server_of(Answer([chunk({"content": "Par"}), *parts])))
    stop, events = _StopBehindALook(), list[ModelEvent]()
    for event in remote_model(tmp_path, server.url).stream(ASKED, USUAL, stop):
        events.append(event)
        if isinstance(event, Wrote):
            # All that comes has come: it is the next thing that is found.
            until(lambda: all(each.name != "endpoint" for each in threading.enumerate()))
            stop.is_armed = True

    assert texts(events) == "Par"
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == reason


@pytest.mark.parametrize(
    ("end", "prompt"),
    [([*plain("Paris.")[1:], HOLD], 9), ([chunk(finish="stop"), HOLD], None)],
    ids=["done", "reason"],
)
def test_an_answer_that_is_over_does_not_wait_for_the_end_of_its_connection(
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: list[object],
    prompt: int | None,
) -> None:
    monkeypatch.setattr("assistant.endpoints.chat_model.BEHIND_THE_END", 0.1)
    server = serve(server_of(Answer([chunk({"content": "Paris."}), *end])))

    text, finished = collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert (text, finished.reason) == ("Paris.", "end")
    assert prompt in (None, finished.usage.prompt_tokens)


def test_a_closed_answer_ends_the_connection(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(AFTER_A_WORD))
    writing = remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event())
    next(event for event in writing if isinstance(event, Wrote))

    writing.close()  # type: ignore[attr-defined]

    assert server.left.wait(BOUND)


def test_a_stop_ends_the_look_at_a_silent_server(tmp_path: Path) -> None:
    stop, events = Event(), list[object]()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        model = remote_model(tmp_path, url)
        loading = threading.Thread(target=lambda: events.extend(model.load(stop)))
        loading.start()
        connection, _ = listening.accept()
        stop.set()
        loading.join(BOUND)

        assert not loading.is_alive()
        connection.close()
    assert not any(isinstance(event, Loaded) for event in events)


CUTS = {
    "its connection ends": [chunk({"content": "The capital"})],
    "its connection is reset": [chunk({"content": "The capital"}), CUT],
    "it ends within a chunk": [chunk({"content": "The capital"}), b'data: {"choices": [{"del'],
}


@pytest.mark.parametrize("cut", CUTS)
def test_an_answer_that_breaks_off_keeps_its_words(serve: Serve, tmp_path: Path, cut: str) -> None:
    server = serve(server_of(Answer(CUTS[cut])))
    events: list[ModelEvent] = []
    with pytest.raises(EndpointError):
        events.extend(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert texts(events) == "The capital"


def test_an_end_without_a_word_is_an_error(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(Answer([])))

    with pytest.raises(EndpointError, match="without an answer"):
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))


def test_a_reset_behind_the_end_is_no_loss(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(Answer([chunk({"content": "Paris"}), chunk(finish="stop"), CUT])))

    text, finished = collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert (text, finished.reason) == ("Paris", "end")


def test_an_answer_that_has_begun_may_not_be_silent_for_ever(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(AFTER_A_WORD))
    model = remote_model(tmp_path, server.url, idle_timeout=0.2)

    with pytest.raises(EndpointError, match=r"silent for 0\.2 seconds"):
        list(model.stream(ASKED, USUAL, Event()))


def test_a_first_word_is_waited_for_longer_than_the_next_unless_the_settings_say(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(server_of(NO_HEADERS))
    model = remote_model(tmp_path, server.url, idle_timeout=0.2, first_timeout=0.5)
    started = monotonic()

    with pytest.raises(EndpointError, match=r"silent for 0\.5 seconds"):
        list(model.stream(ASKED, USUAL, Event()))

    assert monotonic() - started >= 0.5


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with pytest.raises(EndpointError, match="cannot be reached"):
        list(remote_model(tmp_path, f"http://127.0.0.1:{port}").load(Event()))


PICKY = {
    "OpenAI": ({"error": {"message": "Unsupported parameter", "param": "top_p"}}, "top_p"),
    "Mistral and FastAPI": (
        {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]},
        "stream_options",
    ),
    "vLLM": (
        {"object": "error", "message": "1 validation error: stream_options extra_forbidden"},
        "stream_options",
    ),
    "words alone": ({"error": "this model does not support 'temperature'"}, "temperature"),
}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("spelling", PICKY)
def test_a_field_that_is_refused_is_left_out_from_then_on(
    serve: Serve, tmp_path: Path, spelling: str, status: int
) -> None:
    error, field = PICKY[spelling]
    server = serve(server_of(refused(status, error), Answer(plain("Paris."))))
    model = remote_model(tmp_path, server.url)

    text, _ = collect(model.stream(ASKED, USUAL, Event()))
    collect(model.stream(ASKED, USUAL, Event()))

    assert text == "Paris."
    assert [field in body for body in server.bodies] == [True, False, False]


def test_a_field_is_left_out_once_and_then_the_refusal_is_told(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(server_of(refused(400, {"error": {"message": "no", "param": "top_p"}})))

    with pytest.raises(EndpointError, match="status 400"):
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))
    assert len(server.bodies) == 2


def test_a_form_is_never_left_out(serve: Serve, tmp_path: Path) -> None:
    error = {"error": {"message": "unknown", "param": "response_format"}}
    server = serve(server_of(refused(400, error), Answer(plain("{}"))))
    formed = Sampling(constraint=Constraint(kind="schema", text='{"type": "object"}'))

    with pytest.raises(EndpointError):
        collect(remote_model(tmp_path, server.url).stream(ASKED, formed, Event()))
    assert len(server.bodies) == 1


def test_a_grammar_is_refused_where_the_server_has_none(serve: Serve, tmp_path: Path) -> None:
    server = serve(openai_like("a"))
    formed = Sampling(constraint=Constraint(kind="grammar", text='root ::= "a"'))

    with pytest.raises(ConstraintError):
        collect(remote_model(tmp_path, server.url).stream(ASKED, formed, Event()))
    assert server.bodies == []


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["0", "0.01", "Mon, 30 Nov 2020 08:00:00 GMT"])
def test_a_busy_server_is_asked_again_when_it_says(
    serve: Serve, tmp_path: Path, status: int, wait: str
) -> None:
    busy = refused(status, {"error": "later"}, Retry_After=wait)
    server = serve(server_of(busy, busy, Answer(plain("Paris."))))

    events = list(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert texts(events) == "Paris."
    assert sum(isinstance(event, Queued) for event in events) == 2


def test_a_server_that_stays_busy_is_given_up(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(refused(429, {"error": "quota"}, Retry_After="0")))

    with pytest.raises(EndpointError, match="too often: quota"):
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))
    assert len(server.bodies) == 4


def test_who_wants_to_be_asked_in_an_hour_is_not_waited_for(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(refused(429, {}, Retry_After="3600")))

    with pytest.raises(EndpointError, match="too often"):
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))
    assert len(server.bodies) == 1


def test_a_stop_ends_the_wait_for_a_busy_server(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(refused(503, {}, Retry_After="50")))
    stop, last = Event(), list[ModelEvent]()
    for event in remote_model(tmp_path, server.url).stream(ASKED, USUAL, stop):
        last.append(event)
        stop.set()

    assert isinstance(last[-1], Finished)
    assert last[-1].reason == "stopped"


def test_a_model_that_is_being_loaded_is_waited_for(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.endpoints.chat_model.FIRST_PAUSE", 0.01)
    loading = refused(503, {"error": {"message": "Loading model", "code": 503}})
    server = serve(server_of(*[loading] * 6, Answer(plain("Paris."))))

    events = list(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert texts(events) == "Paris."
    assert sum(isinstance(event, Loading) for event in events) == 6


REFUSALS = {
    401: ({"error": {"message": "bad key"}}, "does not accept the key of far"),
    402: ({"error": {"message": "no credit"}}, "asks for payment"),
    404: ({"error": {"message": "no such model"}}, "does not know what was asked for"),
    500: ("<html>oops</html>", "status 500"),
    308: ({}, "sends to another address"),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_told_in_a_sentence(serve: Serve, tmp_path: Path, status: int) -> None:
    error, sentence = REFUSALS[status]
    server = serve(server_of(refused(status, error)))

    with pytest.raises(EndpointError, match=sentence):
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))


TOO_LONG = {
    "llama-server": {
        "error": {"type": "exceed_context_size_error", "n_prompt_tokens": 900, "n_ctx": 512}
    },
    "vLLM": {
        "object": "error",
        "message": "This model's maximum context length is 512 tokens. However, you requested 900.",
    },
    "OpenAI": {
        "error": {
            "code": "context_length_exceeded",
            "message": "maximum context length is 512 tokens, your messages have 900 tokens",
        }
    },
}


@pytest.mark.parametrize("spelling", TOO_LONG)
def test_a_prompt_that_is_too_long_is_told_by_how_much(
    serve: Serve, tmp_path: Path, spelling: str
) -> None:
    server = serve(server_of(refused(400, TOO_LONG[spelling])))

    with pytest.raises(ContextOverflowError) as told:
        collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))
    assert told.value.excess == 388


def test_no_redirect_carries_a_key(serve: Serve, tmp_path: Path) -> None:
    other = serve(openai_like("stolen"))
    to_other = Answer([], 307, {"Location": f"{other.url}/v1/chat/completions"})
    server = serve(server_of(to_other))
    (tmp_path / "key").write_text("secret\n")
    (tmp_path / "key").chmod(0o600)
    model = remote_model(tmp_path, server.url, key_file=str(tmp_path / "key"))

    with pytest.raises(EndpointError):
        collect(model.stream(ASKED, USUAL, Event()))

    assert other.asked == []
    assert server.asked[-1].headers["authorization"] == "Bearer secret"


def test_no_proxy_of_the_environment_sees_what_goes_to_this_machine(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(openai_like("proxy")), serve(openai_like("server"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    text, _ = collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert text == "server"
    assert proxy.asked == []


def test_an_answer_is_logged_without_its_words(serve: Serve, tmp_path: Path) -> None:
    server = serve(openai_like("Paris."))
    (tmp_path / "key").write_text("secret\n")
    (tmp_path / "key").chmod(0o600)
    model = remote_model(tmp_path, server.url, key_file=str(tmp_path / "key"))
    collect(model.stream(ASKED, USUAL, Event()))

    log = (tmp_path / "network.log").read_text()

    assert '"purpose": "answer"' in log
    for word in ("France", "Paris", "secret", "Bearer"):
        assert word not in log
    assert (tmp_path / "network.log").stat().st_mode & 0o077 == 0


def test_reading_is_told_of_servers_that_do_not_tell_it(serve: Serve, tmp_path: Path) -> None:
    server = serve(openai_like("Paris."))
    model = remote_model(tmp_path, server.url)
    reading = [
        event for event in model.stream(ASKED, USUAL, Event()) if isinstance(event, PrefillProgress)
    ]

    assert [event.done for event in reading] == [0, reading[0].total]


def test_counts_are_about_and_learn_from_answers(serve: Serve, tmp_path: Path) -> None:
    server = serve(server_of(Answer(plain("Paris.", tokens=400))))
    model = remote_model(tmp_path, server.url)
    long = [said("user", "palavras e mais palavras " * 40)]
    before = model.measure(long)
    collect(model.stream(long, USUAL, Event()))
    after = model.measure(long)

    assert not before.exact
    assert before.total < 400 <= after.total <= 450


def test_an_unfinished_answer_is_refused_where_a_server_would_begin_a_new_one(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(openai_like("Paris."))

    with pytest.raises(EndpointError, match="starts a new answer"):
        collect(
            remote_model(tmp_path, server.url).stream(
                [*ASKED, said("assistant", "The capital")], USUAL, Event()
            )
        )
    assert server.bodies == []


def test_a_server_that_answers_in_one_piece_is_understood(serve: Serve, tmp_path: Path) -> None:
    whole = b'{"choices": [{"message": {"content": "Paris."}, "finish_reason": "stop"}]}'
    server = serve(server_of(Answer([b"\n\n", whole], content_type="application/json")))

    text, finished = collect(remote_model(tmp_path, server.url).stream(ASKED, USUAL, Event()))

    assert (text, finished.reason) == ("Paris.", "end")
