"""`assistant ask` on scripted models: options, what goes where, what is stored."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.errors import EngineDiedError
from assistant.core.values.conversation import ChatMessage
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

PARIS = "The capital of France is Paris."


def asked(models: ScriptedModels) -> tuple[ChatMessage, ...]:
    return models.default.questions[-1].messages


def test_standard_output_is_the_answer_and_nothing_else(shell: Shell) -> None:
    run = shell("ask", "What is the capital of France?")

    assert (run.status, run.out, run.err) == (0, f"{PARIS}\n", "")


def test_what_is_piped_in_follows_the_question_after_a_blank_line(
    shell: Shell, models: ScriptedModels
) -> None:
    shell("ask", "review", "this", stdin="naïve\r\n  indented\n\n".encode())

    assert asked(models)[-1].content == "review this\n\nnaïve\n  indented"


def test_what_is_piped_in_can_be_the_whole_question(shell: Shell, models: ScriptedModels) -> None:
    shell("ask", stdin=b"What is this?\n")

    assert asked(models)[-1].content == "What is this?"


@pytest.mark.parametrize("stdin", [None, b"", b" \n\t\n"])
def test_without_a_question_it_says_so_and_asks_nothing(
    shell: Shell, models: ScriptedModels, stdin: bytes | None
) -> None:
    run = shell("ask", stdin=stdin)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("assistant: There is no question:")
    assert run.err.count("\n") == 1
    assert models.default.questions == []


def test_the_system_prompt_comes_from_the_library(shell: Shell, models: ScriptedModels) -> None:
    folder = shell.home / "prompts"
    folder.mkdir()
    (folder / "pirate.md").write_text("---\ntitle: Pirate\n---\nTalk like a pirate.\n")

    shell("ask", "--prompt", "pirate", "Hello")

    assert asked(models)[0] == ChatMessage(role="system", content="Talk like a pirate.")


def test_an_unknown_prompt_is_told_before_anything_is_stored(shell: Shell) -> None:
    run = shell("ask", "--prompt", "nope", "Hello")

    assert run.status == 3
    assert "There is no prompt called 'nope'" in run.err
    assert shell.store().conversations() == []


def test_an_unknown_model_is_told_before_anything_is_stored(shell: Shell) -> None:
    run = shell("ask", "--model", "nope", "Hello")

    assert run.status == 4
    assert "There is no model called 'nope'" in run.err
    assert shell.store().conversations() == []


def test_last_goes_on_with_the_newest_conversation(shell: Shell, models: ScriptedModels) -> None:
    shell("ask", "What is the capital of France?")

    shell("ask", "--last", "And of Italy?")

    said = [message.content for message in asked(models)[1:]]
    assert said == ["What is the capital of France?", PARIS, "And of Italy?"]
    assert len(shell.store().conversations()) == 1


def test_a_conversation_is_found_by_the_beginning_of_its_id(
    shell: Shell, models: ScriptedModels
) -> None:
    shell("ask", "First")
    shell("ask", "Second")
    first = shell.store().conversations()[1]

    shell("ask", "--conversation", first.id[:12], "Third")

    assert [m.content for m in asked(models)[1:]] == ["First", PARIS, "Third"]


def test_last_without_any_conversation_is_not_found(shell: Shell) -> None:
    run = shell("ask", "--last", "Hello")

    assert run.status == 3
    assert "There is no conversation yet." in run.err


def test_a_conversation_keeps_the_model_it_changes_to(home: Path, models: ScriptedModels) -> None:
    both = ScriptedModels(ScriptedModel(name="small"), ScriptedModel("Rome.", name="big"))
    shell = Shell(home, both)
    shell("ask", "First")

    shell("ask", "--last", "--model", "big", "Second")
    run = shell("ask", "--last", "Third")

    assert run.out == "Rome.\n"


def test_sampling_options_go_before_the_settings(shell: Shell, models: ScriptedModels) -> None:
    arguments = ("--seed", "7", "--temperature", "0", "--max-tokens", "3")
    run = shell("ask", *arguments, "Hello", ASSISTANT_SAMPLING__TOP_K="5")

    sampling = models.default.questions[-1].sampling
    assert (sampling.seed, sampling.temperature, sampling.max_tokens) == (7, 0, 3)
    assert sampling.top_k == 5
    assert run.out == "The capital of\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--temperature", "nan"),
        ("--temperature", "-1"),
        ("--temperature", "hot"),
        ("--max-tokens", "0"),
        ("--seed", "-1"),
        ("--seed", "99999999999"),
        ("--no-such-option", "1"),
    ],
)
def test_a_bad_option_is_a_usage_error_in_one_line(shell: Shell, option: str, value: str) -> None:
    run = shell("ask", option, value, "Hello")

    assert (run.status, run.out) == (2, "")
    assert option in run.err
    assert run.err.count("\n") == 1


def test_json_is_one_object_with_everything_about_the_answer(shell: Shell) -> None:
    run = shell("ask", "--json", "What is the capital of France?")
    answer = json.loads(run.out)
    conversation = shell.store().conversations()[0]
    message = shell.store().branch(conversation.id)[-1]

    assert (answer["answer"], answer["stopped"], answer["stop_reason"]) == (PARIS, False, "end")
    assert answer["model"] == "scripted"
    assert answer["conversation_id"] == conversation.id
    assert answer["message_id"] == message.id
    assert answer["citations"] == []
    assert set(answer["usage"]) == {
        "prompt_tokens",
        "cached_tokens",
        "completion_tokens",
        "drafted_tokens",
        "accepted_tokens",
    }
    assert set(answer["timings"]) == {
        "queue_ms",
        "load_ms",
        "prefill_ms",
        "first_token_ms",
        "total_ms",
        "tokens_per_second",
    }
    assert answer["timings"]["total_ms"] >= answer["timings"]["first_token_ms"] > 0


def test_an_error_in_json_is_an_object_and_a_sentence(home: Path) -> None:
    failure = EngineDiedError("The engine ended.", "Ask again.")
    model = ScriptedModel(stream_error=failure, error_after=2)
    shell = Shell(home, ScriptedModels(model))

    run = shell("ask", "--json", "Hello")

    assert run.status == 6
    assert json.loads(run.out) == {
        "error": {"type": "EngineDiedError", "message": "The engine ended.", "hint": "Ask again."}
    }
    assert run.err == "assistant: The engine ended. Ask again.\n"


def test_a_usage_error_in_json_is_an_object_too(shell: Shell) -> None:
    run = shell("ask", "--json", "--seed", "x", "Hello")

    assert run.status == 2
    assert json.loads(run.out)["error"]["type"] == "UsageError"


def test_an_engine_that_dies_leaves_what_it_wrote_and_a_line_of_its_own(home: Path) -> None:
    failure = EngineDiedError("The engine ended.", "Ask again.")
    model = ScriptedModel(stream_error=failure, error_after=2)
    shell = Shell(home, ScriptedModels(model))

    run = shell("ask", "Hello")

    assert (run.status, run.out) == (6, "The capital\n")
    assert run.err == "assistant: The engine ended. Ask again.\n"
    message = shell.store().branch(shell.store().conversations()[0].id)[-1]
    assert (message.text, message.state) == ("The capital", "failed")


def test_no_stream_prints_the_answer_at_once_when_it_is_complete(shell: Shell) -> None:
    assert shell("ask", "--no-stream", "Hello").out == f"{PARIS}\n"


def test_a_dry_run_prints_the_prompt_and_its_tokens_and_stores_nothing(
    shell: Shell, models: ScriptedModels
) -> None:
    run = shell("ask", "--dry-run", "--json", "--max-tokens", "10", "Hello there")
    plan = json.loads(run.out)

    assert plan["prompt"].endswith("<user>Hello there<assistant>")
    assert plan["prompt_tokens"] == len(plan["tokens"])
    assert (plan["reserve"], plan["window"]) == (10, 4096)
    assert [part["kind"] for part in plan["parts"]] == ["system", "question"]
    assert models.default.questions == []
    assert shell.store().conversations() == []


def test_a_dry_run_of_a_conversation_holds_what_was_said(shell: Shell) -> None:
    shell("ask", "First")

    run = shell("ask", "--dry-run", "--last", "Second")

    assert f"<user>First<assistant>{PARIS}<user>Second<assistant>" in run.out
    assert "earlier turn" in run.out
    assert len(shell.store().branch(shell.store().conversations()[0].id)) == 2


def test_a_question_that_is_too_long_says_by_how_much(home: Path) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel(window=300)))

    run = shell("ask", stdin=b"word " * 1000)

    assert run.status == 5
    assert "more than fit" in run.err


def test_an_endless_input_is_refused(shell: Shell) -> None:
    run = shell("ask", stdin=b"a" * (17 * 2**20))

    assert run.status == 5
    assert "The piped input is larger than 16 MB" in run.err


def test_a_picture_is_not_text(shell: Shell) -> None:
    run = shell("ask", "What is this?", stdin=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\0")

    assert run.status == 2
    assert "not text" in run.err


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("ação".encode("cp1252"), "ação"),
        ("ação".encode("utf-16"), "ação"),
        ("ação".encode("utf-8-sig"), "ação"),
        (b"one\0two\0", "one\ntwo"),
        ("🏳️‍🌈 漢字".encode(), "🏳️‍🌈 漢字"),
    ],
)
def test_text_in_other_encodings_is_read(
    shell: Shell, models: ScriptedModels, data: bytes, text: str
) -> None:
    shell("ask", stdin=data)

    assert asked(models)[-1].content == text


def test_an_argument_that_is_no_utf_8_is_read_and_stored(
    shell: Shell, models: ScriptedModels
) -> None:
    run = shell("ask", "a\udce7\udce3o")

    assert run.status == 0
    assert asked(models)[-1].content == "ação"


HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2Jred\x9b31m\u202eevil"


def test_a_terminal_never_gets_an_escape_sequence_of_the_model(home: Path) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel([*HOSTILE])), terminal=True)

    run = shell("ask", "Hello")

    assert "\x1b" not in run.out
    assert "\x9b" not in run.out
    assert "\u202e" not in run.out


def test_a_pipe_gets_the_answer_as_it_is(home: Path) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel([HOSTILE])))

    assert shell("ask", "Hello").out == f"{HOSTILE}\n"


def test_progress_is_told_on_a_terminal_and_taken_away_again(home: Path) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel(queued=2)), terminal=True)

    run = shell("ask", "Hello")

    assert "waiting for 2 other questions" in run.err
    assert "loading scripted: 0%" in run.err
    assert run.err.endswith("\r\x1b[2K")
    assert run.out == f"{PARIS}\n"


def test_a_dumb_terminal_gets_no_progress(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True, term="dumb")

    assert shell("ask", "Hello").err == ""


def test_what_the_encoding_lacks_is_replaced(home: Path) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel(["olé 漢"])), encoding="latin-1")

    assert shell("ask", "Hello").out == "olé ?\n"
    assert json.loads(shell("ask", "--json", "Hello").out)["answer"] == "olé 漢"


def test_a_model_has_a_sampling_of_its_own_below_prompt_and_options(shell: Shell) -> None:
    shell.models = ScriptedModels(ScriptedModel("Yes.", "Yes.", "Yes."))
    (shell.home / "settings.toml").write_text(
        "[sampling]\ntop_k = 9\n[model.scripted.sampling]\ntemperature = 0.7\nseed = 5\n"
    )

    shell("ask", "Well?")
    told = json.loads(shell("ask", "Well?", "--seed", "8", "--json").out)

    first, second = (asked.sampling for asked in shell.models.default.questions)
    assert (first.temperature, first.seed, first.top_k) == (0.7, 5, 9)
    assert (second.temperature, second.seed) == (0.7, 8)
    assert (told["sampling"]["temperature"], told["sampling"]["seed"]) == (0.7, 8)


@pytest.mark.parametrize("how", ["ask", "summarise"])
def test_a_question_that_fails_before_a_word_is_answered_leaves_no_conversation(
    home: Path, how: str
) -> None:
    failure = EngineDiedError("The engine ended.", "Ask again.")
    shell = Shell(home, ScriptedModels(ScriptedModel(load_error=failure)))
    (home / "rent.md").write_text("The rent is 900 euros. It is due on the first.\n")

    assert shell("ask", "Kept?", "--conversation", _begun(shell)).status == 6
    run = shell("ask", "Why?") if how == "ask" else shell(how, str(home / "rent.md"))

    assert run.status == 6
    assert run.err == "assistant: The engine ended. Ask again.\n"
    assert [chat["title"] for chat in shell.json("chats")] == ["Earlier"]
    assert shell.json("chats", "trash") == []


def _begun(shell: Shell) -> str:
    """A conversation from before."""
    with closing(shell.store()) as store:
        return store.create(title="Earlier").id
