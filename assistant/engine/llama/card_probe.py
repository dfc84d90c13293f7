"""Card probe: the process that loads the drivers of graphics cards first; it may die of them.

It reads one request as JSON, the libraries to load, and answers with the devices that there are.
"""

import ctypes
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.core.values.models import GraphicsCard, GraphicsCards, NotLoaded
from assistant.engine.llama.backends import load_backends, load_card_backends
from assistant.engine.llama.devices import INTEGRATED_KIND, cards_of, ggml_devices
from assistant.engine.llama.driver_versions import VULKAN, driver_of, vulkan_drivers
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.ipc.process import JsonLines, forbid_debugger


def main() -> None:
    """Read one request from standard input and write one answer to standard output."""
    forbid_debugger()
    answers = JsonLines()
    request = json.loads(sys.stdin.readline())
    native = NativeLog(AbortFlag())
    load_backends()
    found = find_cards([Path(path) for path in request["libraries"]])
    answers.write(found.model_dump())
    native.close()


def find_cards(libraries: Sequence[Path]) -> GraphicsCards:
    """Load these libraries and list the cards that they and llama.cpp itself know."""
    refused = load_card_backends(libraries)
    return GraphicsCards(cards=tuple(_cards()), not_loaded=tuple(_not_loaded(refused)))


def _not_loaded(refused: Sequence[Path]) -> Iterator[NotLoaded]:
    """Those that the system refuses, as where CUDA's own libraries are missing; another one knows
    no card.
    """
    for library in refused:
        try:
            ctypes.CDLL(str(library))
        except OSError as failure:
            yield NotLoaded(library=library.name, reason=str(failure))


def _cards() -> list[GraphicsCard]:
    cards = cards_of(ggml_devices())
    # Its loader is loaded by then: by one of the libraries, or by a llama.cpp that carries Vulkan.
    drivers = vulkan_drivers() if any(card.name.startswith(VULKAN) for card in cards) else {}
    return [
        GraphicsCard(
            name=card.name,
            description=card.description,
            free=card.free,
            total=card.total,
            is_integrated=card.kind == INTEGRATED_KIND,
            driver=driver_of(card.name, card.description, drivers),
        )
        for card in cards
    ]
