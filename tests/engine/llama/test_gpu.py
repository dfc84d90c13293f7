"""How many layers a graphics card computes, by made-up numbers: the machines of tests have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.models import DeviceUse
from assistant.engine.gguf.header import read_header
from assistant.engine.llama.devices import ComputeDevice, chosen_cards, ggml_devices
from assistant.engine.llama.gpu import (
    CPU_ONLY,
    WeightSizes,
    fit_layers,
    gpu_placement,
    weights_of,
)
from assistant.engine.options import LoadOptions
from tests.support.engine import starter_file

MIB = 2**20
MODEL = WeightSizes(layers=(100 * MIB,) * 32, output=50 * MIB)
CACHE = 320 * MIB
"""Ten megabytes for each layer."""


@pytest.mark.parametrize(
    ("free", "layers"),
    [
        (0, 0),
        (49 * MIB, 0),
        (50 * MIB, 1),
        (159 * MIB, 1),
        (160 * MIB, 2),
        (1150 * MIB, 11),
        (50 * MIB + 32 * 110 * MIB - 1, 32),
        (50 * MIB + 32 * 110 * MIB, 33),
        (2**40, 33),
    ],
)
def test_as_many_layers_as_fit_beside_their_cache_are_on_the_card(free: int, layers: int) -> None:
    placed = fit_layers(MODEL, CACHE, free)
    assert placed.layers == layers
    assert placed.is_whole == (layers == 33)
    assert (placed.share == 1) == (layers == 33)


def test_a_model_may_be_faster_with_fewer_layers_than_fit() -> None:
    for most, layers in ((0, 0), (5, 5), (33, 33), (99, 33), (-1, 33)):
        placed = fit_layers(MODEL, CACHE, 2**40, most=most)
        assert (placed.layers, placed.is_whole) == (layers, True)
    little = fit_layers(MODEL, CACHE, 160 * MIB, most=5)
    assert (little.layers, little.is_whole) == (2, False)


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        (("AMD Radeon RX 7800 XT (RADV NAVI32)",), "AMD Radeon RX 7800 XT"),
        (("Intel(R) Arc(tm) A770 (DG2)", "llvmpipe (a, b)"), "Intel(R) Arc(tm) A770, llvmpipe"),
        (("NVIDIA H200",), "NVIDIA H200"),
    ],
)
def test_cards_are_told_without_their_chips(cards: tuple[str, ...], told: str) -> None:
    placed = fit_layers(MODEL, CACHE, 2**40)._replace(cards=cards)
    assert placed.device == DeviceUse(name=told, layers=33, of=33)
    assert CPU_ONLY.device is None


def test_the_number_of_layers_can_be_given() -> None:
    assert fit_layers(MODEL, CACHE, 0, wanted=5).layers == 5
    assert fit_layers(MODEL, CACHE, 2**40, wanted=0).share == 0
    assert fit_layers(MODEL, CACHE, 2**40, wanted=99).layers == 33


@given(
    st.lists(st.integers(0, 2**30), max_size=80),
    st.integers(0, 2**30),
    st.integers(0, 2**34),
    st.integers(0, 2**36),
)
def test_what_is_on_the_card_fits_it_and_the_next_layer_would_not(
    layers: list[int], output: int, cache: int, free: int
) -> None:
    placed = fit_layers(WeightSizes(tuple(layers), output), cache, free)
    each = cache // max(len(layers), 1)
    sizes = [output, *(size + each for size in reversed(layers))]
    assert sum(sizes[: placed.layers]) <= free or placed.layers == 0
    if not placed.is_whole:
        assert sum(sizes[: placed.layers + 1]) > free
    assert 0 <= placed.share <= 1


def test_what_has_no_memory_of_its_own_counts_only_where_there_is_no_card() -> None:
    processor, integrated, card = ComputeDevice(0, 9), ComputeDevice(2, 7), ComputeDevice(1, 5)
    assert chosen_cards([processor, integrated, card], "auto") == [card]
    assert chosen_cards([processor, integrated], "auto") == [integrated]
    assert chosen_cards([processor], "auto") == []


def test_without_a_card_everything_is_in_main_memory() -> None:
    assert [device.kind for device in ggml_devices()] == [0]
    assert ggml_devices()[0].free > 0
    assert (
        gpu_placement(starter_file(), read_header(starter_file()), LoadOptions(), 2048) == CPU_ONLY
    )


def test_the_parts_of_a_model_are_read_off_its_header() -> None:
    weights = weights_of(starter_file())
    assert len(weights.layers) == 30
    size = starter_file().stat().st_size
    assert size * 0.9 < sum(weights.layers) + weights.output < size
