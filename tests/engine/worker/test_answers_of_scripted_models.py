"""Models that do a certain thing are answered for as their makers meant it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Thought, Wrote
from assistant.core.values.sampling import Thinking
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.worker.model import LoadedModel
from tests.support.chat_templates import TYPED, USES
from tests.support.engine import GREEDY, said
from tests.support.scripted_models import CHATML, write_scripted_model

QUESTION = [said("user", "What is 2+2?")]

THINKS = ("<think>", "</think>")

PONDERING = [
    ("\n", "<think>"),
    ("<think>", "hm "),
    ("hm ", "ha "),
    ("ha ", "hm "),
    ("</think>", "The answer "),
    ("The answer ", "is 4."),
]
"""It thinks until it is told to end, and wants to begin anew behind a line break."""


LAST_OF_SPACE = "\x81"
"""The last byte of what stands for a space in this vocabulary."""


@contextmanager
def loaded(file: Path, window: int = 512) -> Iterator[LoadedModel]:
    abort = AbortFlag()
    options = LoadOptions(context_window=window, threads=1)
    native = NativeLog(abort)
    model = LoadedModel(file, options, native, abort, lambda _: True)
    try:
        yield model
    finally:
        model.close()
        native.close()


def answer(
    model: LoadedModel,
    messages: Sequence[ChatMessage] = QUESTION,
    thinking: Thinking | None = None,
    most: int = 60,
) -> tuple[str, str, str]:
    """Thoughts, answer, and why it ended."""
    sampling = GREEDY.model_copy(update={"thinking": thinking, "max_tokens": most})
    events = list(model.write(messages, sampling))
    thought = "".join(event.text for event in events if isinstance(event, Thought))
    text = "".join(event.text for event in events if isinstance(event, Wrote))
    last = events[-1]
    assert isinstance(last, Finished)
    return thought, text, last.reason


def test_a_model_that_wants_typed_content_reads_the_question(tmp_path: Path) -> None:
    file = write_scripted_model(
        tmp_path / "typed.gguf",
        [("<|assistant|>", "Hi "), ("Hi ", "there.")],
        template=TYPED,
        special=("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        eos="<|end|>",
    )
    with loaded(file) as model:
        assert answer(model)[1] == "Hi there."
        assert "What is 2+2?" in model.render(QUESTION).text
        assert model.measure(QUESTION).parts[0] > len("What is 2+2?") - 1
        assert not model.info("typed").template_problem


def test_a_template_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    file = write_scripted_model(
        tmp_path / "unusable.gguf",
        [("\n", "Hi "), ("Hi ", "there.")],
        template="{{ functions[0].name }}" + CHATML,
    )
    with loaded(file) as model:
        assert answer(model)[1] == "Hi there."
        assert model.info("unusable").template_problem == (
            "its template cannot be used: 'functions' is undefined; written as ChatML"
        )


def test_the_end_of_a_turn_ends_an_answer_whatever_the_file_calls_its_end(tmp_path: Path) -> None:
    file = write_scripted_model(
        tmp_path / "turns.gguf",
        [
            (":", "Hi "),
            ("Hi ", "there."),
            ("there.", "<|eot|>"),
            ("<|eot|>", "Correct User:"),
            ("Correct User:", " again? "),
        ],
        template=(
            "{% for m in messages %}Correct {{ m.role|title }}: {{ m.content }}<|eot|>{% endfor %}"
            "{% if add_generation_prompt %}Correct Assistant:{% endif %}"
        ),
        special=("<|eot|>", "</s>"),
        eos="</s>",
    )
    with loaded(file) as model:
        assert answer(model)[1:] == ("Hi there.", "end")


@pytest.mark.parametrize("label", ["###Human:", "Pergunta:"])
def test_the_label_of_the_next_question_ends_an_answer(tmp_path: Path, label: str) -> None:
    file = write_scripted_model(
        tmp_path / "labels.gguf",
        [(":", "Paris."), ("Paris.", "\n"), ("\n", label), (label, " Next? ")],
        template=(
            "{% for m in messages %}{{ '\\n' }}{{ '"
            + label
            + "' if m.role == 'user' else '###B:' }}"
            " {{ m.content }}{% endfor %}{% if add_generation_prompt %}{{ '\\n###B:' }}{% endif %}"
        ),
        special=("</s>",),
        eos="</s>",
    )
    with loaded(file) as model:
        assert answer(model)[1:] == ("Paris.", "end")


def test_thoughts_in_a_channel_of_its_own_are_no_part_of_the_answer(tmp_path: Path) -> None:
    file = write_scripted_model(
        tmp_path / "channel.gguf",
        [
            ("\n", "<|channel>"),
            ("<|channel>", "thought "),
            ("thought ", "PONDER "),
            ("PONDER ", "deeply. "),
            ("deeply. ", "<channel|>"),
            ("<channel|>", "The answer "),
            ("The answer ", "is 4."),
        ],
        template=USES["tools"].replace("not enable_thinking", "enable_thinking == false"),
        special=("<|turn>", "<turn|>"),
        user_defined=("<|channel>", "<channel|>"),
        eos="<turn|>",
    )
    with loaded(file) as model:
        assert answer(model) == ("PONDER deeply. ", "The answer is 4.", "end")
        assert model.render(QUESTION).text.endswith("<|turn>model\n")


@pytest.mark.parametrize(("thinking", "pieces"), [(0, 0), ("off", 0), (1, 1), (6, 6)])
def test_a_model_that_begins_to_think_again_is_kept_to_its_budget(
    tmp_path: Path, thinking: Thinking, pieces: int
) -> None:
    file = write_scripted_model(tmp_path / "again.gguf", PONDERING, user_defined=THINKS)
    with loaded(file) as model:
        thought, text, _ = answer(model, thinking=thinking)
        assert len(thought.split()) <= pieces
        assert "hm" not in text
        assert "think>" not in text


def test_a_second_block_of_thoughts_is_told_apart(tmp_path: Path) -> None:
    file = write_scripted_model(
        tmp_path / "second.gguf",
        [
            ("\n", "<think>"),
            ("<think>", "hm "),
            ("hm ", "</think>"),
            # Another end of thoughts, which the model follows otherwise.
            ("</think>", "<think>\t"),
            ("<think>\t", "ha "),
            ("ha ", "</think>\t"),
            ("</think>\t", "The answer "),
            ("The answer ", "is 4."),
        ],
        user_defined=THINKS,
    )
    with loaded(file) as model:
        assert answer(model) == ("hm ha ", "The answer is 4.", "end")


def test_an_answer_that_was_stopped_while_thinking_goes_on_with_its_thoughts(
    tmp_path: Path,
) -> None:
    chain = [*PONDERING, (LAST_OF_SPACE, "ha ")]
    file = write_scripted_model(tmp_path / "long.gguf", chain, user_defined=THINKS)
    stopped = ChatMessage(role="assistant", content="", reasoning="hm ha hm ")
    with loaded(file) as model:
        prompt = model.render([*QUESTION, stopped]).text
        assert prompt.endswith("<think>\nhm ha hm ")
        used = len(model.vocabulary.tokenize(b"hm ha hm "))
        thought, text, _ = answer(model, [*QUESTION, stopped], thinking=used + 3)
        assert thought.split() == ["ha", "hm", "ha"]
        assert "hm" not in text


def test_an_answer_goes_on_behind_its_thoughts(tmp_path: Path) -> None:
    chain = [*PONDERING, (LAST_OF_SPACE, "is 4.")]
    file = write_scripted_model(tmp_path / "behind.gguf", chain, user_defined=THINKS)
    begun = ChatMessage(role="assistant", content="The answer ", reasoning="hm ha ")
    with loaded(file) as model:
        prompt = model.render([*QUESTION, begun]).text
        assert prompt.endswith("<think>\nhm ha\n</think>\n\nThe answer ")
        assert answer(model, [*QUESTION, begun]) == ("", "is 4.", "end")


def test_a_prompt_for_a_form_is_shown_as_it_is_read(tmp_path: Path) -> None:
    """A model that opens its thoughts itself has no room for them where a form is asked for."""
    file = write_scripted_model(tmp_path / "formed.gguf", PONDERING, user_defined=THINKS)
    with loaded(file) as model:
        free, formed = (
            model.render(QUESTION, thinking="high", formed=form) for form in (False, True)
        )
        assert not free.text.endswith("</think>\n\n")
        assert formed.text.endswith("<think>\n\n</think>\n\n")
        assert model.measure(QUESTION, thinking="high", formed=True).total == len(formed.tokens)
        begun = [*QUESTION, ChatMessage(role="assistant", content="{")]
        assert model.render(begun, formed=True).text == model.render(begun).text


def test_thoughts_in_a_message_of_their_own_are_no_part_of_the_answer(tmp_path: Path) -> None:
    """Their end is the end of a turn, too."""
    file = write_scripted_model(
        tmp_path / "message.gguf",
        [
            ("t", "/muse"),
            ("/muse", "\t"),
            ("\t", "PONDER "),
            ("PONDER ", "<|stop|>"),
            ("\n", "The answer "),
            ("The answer ", "is 4."),
        ],
        template=USES["a message of their own"],
        special=("<|begin|>", "<|stop|>", "<|turn|>"),
        eos="<|turn|>",
    )
    with loaded(file) as model:
        assert answer(model) == ("PONDER ", "The answer is 4.", "end")
        assert answer(model, thinking="off") == ("", "The answer is 4.", "end")
