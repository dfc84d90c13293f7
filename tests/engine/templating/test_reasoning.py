"""What a model thinks is told apart from its answer, piece by piece and in the engine."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.ports.models import ChatModel
from assistant.core.values.events import Thought, Wrote
from assistant.core.values.sampling import Constraint, Sampling
from assistant.engine.templating.reasoning import (
    KNOWN_MARKERS,
    USUAL_MARKERS,
    ReasoningMarkers,
    ReasoningText,
)
from tests.support.engine import GREEDY, engine_home, local_models, said, starter_file

THINKING = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'].split('</think>')"
    "[-1] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n' }}{% endif %}"
)
"""As DeepSeek's: it opens the reasoning itself."""

QUESTION = [said("user", "What is the capital of France?")]


def told(reasoning: ReasoningText, pieces: list[str]) -> tuple[str, str]:
    """Thoughts and answer."""
    seen = [piece for text in pieces for piece in reasoning.feed(text)]
    seen += reasoning.flush()
    thought = "".join(piece.text for piece in seen if piece.is_thought)
    return thought, "".join(piece.text for piece in seen if not piece.is_thought)


def cut(text: str, places: list[int]) -> list[str]:
    bounds = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(bounds)]


@given(st.sampled_from(KNOWN_MARKERS), st.lists(st.integers(0, 1000)), st.booleans())
def test_reasoning_is_found_however_it_is_cut(
    markers: ReasoningMarkers, places: list[int], begun: bool
) -> None:
    text = f"\nLet me see < {markers.opening[0]}…\n{markers.closing}\n\nIt is é </th"
    pieces = cut(text if begun else f" {markers.opening}{text}", places)
    thought, answer = told(ReasoningText(markers, begun=begun), pieces)
    assert thought.strip() == f"Let me see < {markers.opening[0]}…"
    assert answer == "It is é </th"


@given(st.text(), st.lists(st.integers(0, 1000)))
def test_an_answer_without_reasoning_comes_as_it_is(text: str, places: list[int]) -> None:
    if not text.lstrip().startswith(USUAL_MARKERS.opening):
        assert told(ReasoningText(), cut(text, places)) == ("", text)


def test_markers_in_the_middle_of_an_answer_are_part_of_it() -> None:
    text = "Write <think>so</think> there."
    assert told(ReasoningText(), [text]) == ("", text)


def test_the_name_of_the_final_channel_is_no_answer() -> None:
    assert told(ReasoningText(KNOWN_MARKERS[0]), [KNOWN_MARKERS[0].bare, "Paris."]) == (
        "",
        "Paris.",
    )


@pytest.mark.parametrize("between", ["", "\n", "\n\n", " "])
def test_a_second_block_of_thoughts_is_one(between: str) -> None:
    text = f"<think>a</think>{between}<think>b</think>\n\nc <think>d</think>"
    for size in (1, 5, len(text)):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert told(ReasoningText(), pieces) == ("ab", "c <think>d</think>")


def test_thoughts_that_are_gone_on_with_keep_their_spaces() -> None:
    reasoning = ReasoningText(begun=True, goes_on=True)
    assert told(reasoning, [" and", " so</think>", " yes"]) == (" and so", "yes")


def with_template(home: Path, template: str) -> Path:
    """A copy of the starter model with another template, of the same length in the file."""
    data = bytearray(starter_file().read_bytes())
    key = b"tokenizer.chat_template"
    at = data.index(key) + len(key) + 4
    size = int.from_bytes(data[at : at + 8], "little")
    comment = size - len(template.encode()) - 4
    assert comment >= 0, "the template is too long for the copy"
    padded = f"{{#{' ' * comment}#}}{template}".encode()
    data[at + 8 : at + 8 + size] = padded
    (home / "models").mkdir(exist_ok=True)
    file = home / "models" / "thinker.gguf"
    file.write_bytes(data)
    return file


@pytest.fixture(scope="module")
def thinker() -> Iterator[ChatModel]:
    with engine_home() as home:
        yield local_models(home).open(str(with_template(home, THINKING)))


def written(model: ChatModel, sampling: Sampling) -> tuple[str, str, int]:
    events = list(model.stream(QUESTION, sampling, Event()))
    thought = "".join(event.text for event in events if isinstance(event, Thought))
    answer = "".join(event.text for event in events if isinstance(event, Wrote))
    return thought, answer, sum(isinstance(event, Thought) for event in events)


@pytest.mark.model
def test_a_model_thinks_no_longer_than_its_budget(thinker: ChatModel) -> None:
    sampling = GREEDY.model_copy(update={"thinking": 12, "max_tokens": 8})
    thought, answer, pieces = written(thinker, sampling)
    assert thought
    assert pieces <= 13
    assert answer
    assert "think>" not in thought + answer


@pytest.mark.model
def test_a_model_without_a_budget_answers_at_once(thinker: ChatModel) -> None:
    sampling = GREEDY.model_copy(update={"thinking": 0, "max_tokens": 8})
    thought, answer, _ = written(thinker, sampling)
    assert (thought, bool(answer)) == ("", True)


@pytest.mark.model
def test_only_the_answer_has_the_form_asked_for(thinker: ChatModel) -> None:
    form = Constraint(kind="grammar", text='root ::= "yes" | "no"')
    sampling = GREEDY.model_copy(update={"thinking": 10, "constraint": form, "max_tokens": 8})
    thought, answer, _ = written(thinker, sampling)
    assert thought
    assert answer in ("yes", "no")


@pytest.mark.model
def test_what_was_thought_is_not_read_again(thinker: ChatModel) -> None:
    sampling = GREEDY.model_copy(update={"thinking": 12, "max_tokens": 8})
    thought, answer, _ = written(thinker, sampling)
    following = [*QUESTION, said("assistant", answer), said("user", "And of Italy?")]
    text = thinker.render(following).text
    assert answer.strip() in text
    assert thought.strip() not in text


@pytest.mark.model
def test_an_unfinished_answer_is_gone_on_with_behind_its_reasoning(thinker: ChatModel) -> None:
    text = thinker.render([*QUESTION, said("assistant", "It is")]).text
    assert text.endswith("<|im_start|>assistant\nIt is")
    sampling = GREEDY.model_copy(update={"max_tokens": 4})
    events = list(thinker.stream([*QUESTION, said("assistant", "It is")], sampling, Event()))
    assert not any(isinstance(event, Thought) for event in events)
