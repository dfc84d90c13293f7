"""What is typed of LoRA adapters, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.turn.adapters import (
    TypedAdapter,
    parse_scale,
    step_scale,
    typed_adapter,
    with_adapter,
)
from assistant.core.values.sampling import AdapterUse

NOW = (AdapterUse(name="formal", scale=0.5), AdapterUse(name="Legal"))


@pytest.mark.parametrize(
    ("typed", "name", "scale"),
    [
        ("formal", "formal", 1.0),
        ("formal 0.8", "formal", 0.8),
        ("formal 0,8", "formal", 0.8),
        ("formal ×-2", "formal", -2.0),
        ("formal on", "formal", 1.0),
        ("formal OFF", "formal", None),
        ("my formal 2", "my formal", 2.0),
        ("'/a b/c d.gguf' .5", "/a b/c d.gguf", 0.5),
        (r'"/a \"b\" \$c.gguf" 2', '/a "b" $c.gguf', 2.0),
        ("0.8", "0.8", 1.0),
        ("off", "off", 1.0),
        ("formal nan", "formal nan", 1.0),
        ("formal inf", "formal inf", 1.0),
    ],
)
def test_a_name_may_be_followed_by_how_much_of_it(
    typed: str, name: str, scale: float | None
) -> None:
    assert typed_adapter(typed) == TypedAdapter(name=name, scale=scale)


@pytest.mark.parametrize("typed", ["formal 10.5", "formal -11", "formal 1e9"])
def test_a_scale_out_of_bounds_is_refused_with_the_bounds(typed: str) -> None:
    with pytest.raises(AssistantError, match="from -10 to 10"):
        typed_adapter(typed)


def test_one_changes_and_the_others_keep_their_places() -> None:
    formal, legal = NOW

    assert with_adapter(NOW, TypedAdapter(name="FORMAL", scale=2)) == (
        AdapterUse(name="formal", scale=2),
        legal,
    )
    assert with_adapter(NOW, TypedAdapter(name="legal", scale=None)) == (formal,)
    assert with_adapter(NOW, TypedAdapter(name="poet", scale=1)) == (*NOW, AdapterUse(name="poet"))


def test_what_is_not_on_cannot_be_turned_off() -> None:
    with pytest.raises(NotFoundError, match="'poet' is not in use") as caught:
        with_adapter(NOW, TypedAdapter(name="poet", scale=None))

    assert caught.value.hint == "In use: formal ×0.5, Legal."


@given(st.floats(-10, 10), st.integers(-300, 300))
def test_steps_lead_to_scales_that_are_told_as_they_are(scale: float, steps: int) -> None:
    reached = step_scale(scale, steps)

    use = AdapterUse(name="x", scale=reached)
    assert parse_scale(f"{use.scale:g}") == reached
    assert str(use).removeprefix("x").removeprefix(" ×") in ("", f"{reached:g}")


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (AdapterUse(name="formal", scale=0.8), "formal ×0.8"),
        (AdapterUse(name="/lora/legal v1.5.gguf"), "legal v1.5"),
        (AdapterUse(name="owner/poet-v1.5", scale=0), "owner/poet-v1.5 ×0"),
    ],
)
def test_an_adapter_is_told_in_few_words(use: AdapterUse, told: str) -> None:
    assert str(use) == told
