"""Access to graphics cards in the process that computes: drivers that were tried are loaded."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from assistant.engine.cards.faults import FaultNote
from assistant.engine.cards.search import CardPlaces, card_libraries, driver_files, search_cards
from assistant.engine.llama.backends import load_card_backends
from assistant.engine.llama.devices import CPU

FAILED_EXIT_CODE = 71

SHARED_SILENCE = 5
"""How much longer a card may take that shares a model with the processor, which is slower."""

log = logging.getLogger(__name__)


class CardAccess:
    """The cards, in the process that computes on them."""

    def __init__(self, places: CardPlaces | None, *, enabled: bool = True) -> None:
        """Args:
        places: None uses no card that llama.cpp does not carry the backend of.
        enabled: whether the user wants cards at all.
        """
        self._places = places
        self._note = FaultNote(places.runtime) if places else None
        self._is_open = False
        if not enabled:
            _forbid_cards()
            self._is_open = True

    def open(self, device: str) -> None:
        """Load what a model on this device needs, once for the process."""
        if self._is_open or device == CPU or self._places is None:
            return
        self._is_open = True
        found = search_cards(self._places, Event())
        if found.problem:
            log.warning("no graphics card is used: %s", found.problem)
            _forbid_cards()
        elif driver_files():
            # Also where none was found: a card may be plugged in.
            load_card_backends(card_libraries(self._places.added))

    def begin(self, card: str) -> None:
        """Note that a card is computed on from here on: a crash is its own."""
        if self._note is not None:
            self._note.begin(card)

    @contextmanager
    def watched(self, *, shared: bool = False) -> Iterator[Callable[[], None]]:
        """Watch over a computation: a card that does not come back ends the process.

        Args:
            shared: whether the processor computes a part of it.

        Yields:
            What tells that it has come back.
        """
        places = self._places
        if places is None or self._note is None or not self._note.has_begun:
            yield _nothing
            return
        silence = places.silence * (SHARED_SILENCE if shared else 1)
        over, last = Event(), monotonic()

        def came_back() -> None:
            nonlocal last
            last = monotonic()

        def watch() -> None:
            while not over.wait(min(silence / 4, 1)):
                if monotonic() - last > silence:
                    self.end_process("it does not come back")

        Thread(target=watch, name="card", daemon=True).start()
        try:
            yield came_back
        finally:
            over.set()

    def end_process(self, reason: str) -> None:
        """End the process because of a card, if one is in use: the next one leaves it alone."""
        if self._note is not None and self._note.has_begun:
            log.error("the graphics card failed, and the worker ends itself: %s", reason)
            self._note.add_failure(reason)
            os._exit(FAILED_EXIT_CODE)

    def close(self) -> None:
        """The process ends by itself: the next one may try the cards again."""
        if self._note is not None:
            self._note.end()


def _nothing() -> None:
    """Without a card there is nothing to watch over."""


def _forbid_cards() -> None:
    """Keep a llama.cpp that carries backends for cards from starting their drivers."""
    os.environ["GGML_DISABLE_VULKAN"] = "1"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
