"""What is typed for a field of the sampling, and where what holds comes from."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import AssistantError
from assistant.core.turn.sampling import (
    ALLOWED_VALUES,
    FIELDS,
    NO_CHANGES,
    DefaultSampling,
    find_field,
    sampling_settings,
    with_field,
)
from assistant.core.values.conversation import Conversation
from assistant.core.values.prompts import Prompt
from assistant.core.values.sampling import Sampling, SamplingChanges
from tests.support.fake_models import ScriptedModel, ScriptedModels

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def conversation(**sampling: float) -> Conversation:
    return Conversation(
        id="1", title="", created=NOW, updated=NOW, sampling=SamplingChanges(**sampling)
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("temperature", "temperature"),
        ("temp", "temperature"),
        ("Top-P", "top_p"),
        ("rep", "repeat_penalty"),
        ("s", "seed"),
    ],
)
def test_the_beginning_of_a_field_is_enough(typed: str, field: str) -> None:
    assert find_field(typed) == field


@pytest.mark.parametrize("typed", ["", "top", "heat", "temperature0.2"])
def test_what_can_be_set_is_said_when_the_name_is_none_of_it(typed: str) -> None:
    with pytest.raises(AssistantError) as caught:
        find_field(typed)

    assert "temperature, top_k" in caught.value.hint


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("temperature", "0", 0),
        ("temperature", " 0,2 ", 0.2),
        ("temperature", "5", 5),
        ("top_k", "40", 40),
        ("top_p", "1", 1),
        ("seed", "4294967294", 4294967294),
        ("max_tokens", "1", 1),
    ],
)
def test_a_value_is_taken_over(field: str, typed: str, value: float) -> None:
    assert getattr(with_field(NO_CHANGES, field, typed), field) == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("temperature", "hot"),
        ("temperature", "5.1"),
        ("temperature", "-1"),
        ("temperature", "nan"),
        ("top_k", "1.5"),
        ("top_k", "-1"),
        ("top_p", "0"),
        ("min_p", "1.01"),
        ("repeat_penalty", "0"),
        ("seed", "4294967295"),
        ("seed", "9" * 5000),
        ("max_tokens", "0"),
        ("max_tokens", ""),
    ],
)
def test_what_is_no_value_is_refused_with_what_would_be(field: str, typed: str) -> None:
    with pytest.raises(AssistantError) as caught:
        with_field(NO_CHANGES, field, typed)

    assert f"{field} takes {ALLOWED_VALUES[field]}" in caught.value.message


@given(st.sampled_from(FIELDS), st.text(max_size=12))
def test_whatever_is_typed_is_a_value_or_refused_in_a_sentence(field: str, typed: str) -> None:
    refusal = ""
    try:
        SamplingChanges.model_validate(with_field(NO_CHANGES, field, typed).model_dump())
    except AssistantError as failure:
        refusal = failure.message
    assert not refusal or refusal.endswith(" is not one.")


def test_default_takes_a_value_back() -> None:
    before = SamplingChanges(temperature=0.2, top_k=3)

    assert with_field(before, "temperature", "Default") == SamplingChanges(top_k=3)


def test_it_is_told_where_each_value_comes_from() -> None:
    prompt = Prompt(
        name="tutor",
        title="Tutor",
        description="",
        language="en",
        text="Teach.",
        sampling=SamplingChanges(temperature=0.5, top_k=3),
    )
    own = conversation(temperature=0.5, top_k=7)

    rows = {row.field: row for row in sampling_settings(own, Sampling(top_p=0.5), prompt)}

    told = {field: (rows[field].value, rows[field].origin) for field in FIELDS}
    assert told["temperature"] == ("0.5", "the role tutor")
    assert told["top_k"] == ("7", "this conversation")
    assert told["top_p"] == ("0.5", "your settings")
    assert told["min_p"] == ("0.05", "default")
    assert told["seed"] == ("a new one each time", "default")
    assert told["max_tokens"] == ("no limit", "default")
    assert [row.field for row in rows.values() if row.is_own] == ["temperature", "top_k"]


def test_before_a_conversation_begins_its_prompt_speaks() -> None:
    prompt = Prompt(
        name="a",
        title="A",
        description="",
        language="en",
        text="x",
        sampling=SamplingChanges(min_p=0.25),
    )

    (row,) = [row for row in sampling_settings(None, Sampling(), prompt) if row.is_own]

    assert (row.field, row.value, row.origin) == ("min_p", "0.25", "the role a")


def test_what_the_settings_say_of_its_model_is_told_apart() -> None:
    of_model = SamplingChanges(temperature=0.9, top_p=0.4)
    rows = {
        row.field: (row.value, row.origin, row.is_own)
        for row in sampling_settings(
            conversation(temperature=1.5), Sampling(top_p=0.5), None, of_model
        )
    }

    assert rows["temperature"] == ("1.5", "this conversation", True)
    assert rows["top_p"] == ("0.4", "your settings for this model", False)
    assert rows["top_k"] == ("40", "default", False)


def test_what_the_file_of_a_model_recommends_holds_where_nothing_else_was_set() -> None:
    models = ScriptedModels(ScriptedModel(name="small"), ScriptedModel(name="large"))
    models.recommended = {"small": SamplingChanges(temperature=0.6, top_k=20, min_p=0.0)}
    own = {"small": SamplingChanges(min_p=0.2)}
    usual = DefaultSampling(models, Sampling(top_k=40), own)

    small = usual.for_model("small")

    assert (small.temperature, small.top_k, small.min_p) == (0.6, 40, 0.2)
    assert usual.for_model("large") == Sampling(top_k=40)
    assert usual.for_model("not there") == Sampling(top_k=40)
    rows = {
        row.field: (row.value, row.origin)
        for row in sampling_settings(
            conversation(top_p=0.5),
            usual.settings,
            None,
            usual.changes_for("small"),
            usual.recommended_for("small"),
        )
    }
    assert rows["temperature"] == ("0.6", "the model's file")
    assert rows["top_k"] == ("40", "your settings")
    assert rows["min_p"] == ("0.2", "your settings for this model")
    assert rows["top_p"] == ("0.5", "this conversation")


def test_a_model_has_its_own_over_the_settings_of_all() -> None:
    models = ScriptedModels(ScriptedModel(name="small"), ScriptedModel(name="Large"))
    usual = DefaultSampling(
        models, Sampling(temperature=0.5, top_k=9), {"LARGE": SamplingChanges(temperature=0.9)}
    )

    assert (usual.for_model("Large").temperature, usual.for_model("Large").top_k) == (0.9, 9)
    assert usual.for_model("small").temperature == usual.for_model(None).temperature == 0.5
    assert usual.for_model("not there").temperature == 0.5
