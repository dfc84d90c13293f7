"""Versions of the drivers of graphics cards."""

from pathlib import Path

import pytest

from assistant.engine.llama import card_probe, driver_versions
from assistant.engine.llama.devices import ComputeDevice
from assistant.engine.llama.driver_versions import driver_of, nvidia_version

MODULE = """NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024
GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
"""
OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  565.57  Release Build\n"


@pytest.mark.parametrize(
    ("text", "version"), [(MODULE, "550.54.14"), (OPEN, "565.57"), ("", ""), ("nothing known", "")]
)
def test_a_cuda_card_has_the_version_of_its_module(
    text: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "version"
    file.write_text(text)
    monkeypatch.setattr(driver_versions, "NVIDIA_MODULE", file)
    assert nvidia_version() == version
    assert driver_of("CUDA0", "NVIDIA H200", {}) == version


def test_without_the_module_there_is_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_versions, "NVIDIA_MODULE", tmp_path / "none")
    assert nvidia_version() == ""


def test_a_vulkan_card_is_told_by_what_its_driver_calls_it() -> None:
    drivers = {"Radeon RX 7800 XT": "radv Mesa 25.1.0"}
    assert driver_of("Vulkan1", "Radeon RX 7800 XT", drivers) == "radv Mesa 25.1.0"
    assert driver_of("Vulkan0", "another", drivers) == ""


def test_a_llama_cpp_that_carries_vulkan_itself_is_asked_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = ComputeDevice(1, 5, 8, "Vulkan0", "Radeon RX 7800 XT")
    processor = ComputeDevice(0, 9, 9, "CPU", "Some processor")
    told = {own.description: "radv Mesa 25.1.0"}
    monkeypatch.setattr(card_probe, "vulkan_drivers", lambda: told)
    monkeypatch.setattr(card_probe, "ggml_devices", lambda: [processor, own])
    assert [card.driver for card in card_probe.find_cards([]).cards] == ["radv Mesa 25.1.0"]


def test_vulkan_is_not_asked_where_it_has_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(card_probe, "vulkan_drivers", lambda: asked.append("asked") or {})
    monkeypatch.setattr(
        card_probe, "ggml_devices", lambda: [ComputeDevice(1, 5, 8, "CUDA0", "GeForce RTX 4090")]
    )
    assert len(card_probe.find_cards([]).cards) == 1
    assert asked == []
