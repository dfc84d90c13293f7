"""Model survey: what the model files that were found are, and whether they run here."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic, time

from assistant.core.values.models import (
    GraphicsCards,
    ModelDetails,
    ModelFacts,
    ModelRef,
    choose_cards,
)
from assistant.engine.hardware import computing_threads, free_memory, processor_name
from assistant.engine.hardware import llama_cpp_build as build_of_llama
from assistant.engine.models.headers import HeaderProbe, ModelFactsCache
from assistant.engine.options import LoadOptions

CARD_SECONDS = 5.0
"""A driver that needs longer is not waited for: models are judged without their cards."""

_POLL_SECONDS = 0.1


class CardSearch:
    """The search for graphics cards beside other work: a driver that hangs holds up nobody."""

    def __init__(self, search: Callable[[Event], GraphicsCards]) -> None:
        self._search = search
        self._stop, self._over = Event(), Event()
        self._deadline = monotonic() + CARD_SECONDS
        self._found = GraphicsCards(
            problem=f"the graphics driver did not answer within {CARD_SECONDS:g} seconds"
        )
        Thread(target=self._run, name="cards", daemon=True).start()

    def found(self, stop: Event) -> GraphicsCards:
        """The cards, as soon as they are found; without any where that takes too long."""
        while not (stop.is_set() or self._over.wait(_POLL_SECONDS)):
            if monotonic() > self._deadline:
                break
        return self._found

    def end(self) -> None:
        """End what tries the drivers."""
        self._stop.set()
        self._over.wait(2 * _POLL_SECONDS)

    def _run(self) -> None:
        try:
            found = self._search(self._stop)
            if not self._stop.is_set():
                self._found = found
        finally:
            self._over.set()


class ModelSurvey:
    """Describes model files by asking a helper process; nothing is loaded."""

    def __init__(
        self,
        command: Sequence[str],
        kept: Path,
        cards: Callable[[Event], GraphicsCards] = lambda _: GraphicsCards(),
    ) -> None:
        """Args:
        command: starts the process that reads headers.
        kept: the file that keeps what was read.
        cards: finds the graphics cards of this machine, until it is stopped.
        """
        self._cards = cards
        self._command = command
        self._kept = kept

    def details(
        self, found: Sequence[tuple[ModelRef, str]], options: LoadOptions, stop: Event
    ) -> Iterator[ModelDetails]:
        """Describe each model in its turn; those that are known to be none yet with the reason."""
        # Front ends list models at their start, when whether they run is no question yet.
        from assistant.engine.models.verdict import judge  # noqa: PLC0415

        build = build_of_llama()
        kept = ModelFactsCache(self._kept, build)
        free = free_memory()
        search = CardSearch(self._cards) if options.device != "cpu" else None
        changed = False
        try:
            with HeaderProbe(self._command) as probe:
                bandwidth = self._bandwidth(kept, probe, options, stop)
                for model, damage in found:
                    facts = ModelFacts(damage=damage) if damage else kept.get(Path(model.path))
                    if facts is None:
                        facts = probe.facts(Path(model.path), stop)
                        if facts is None:
                            return
                        kept.put(Path(model.path), facts)
                        changed = True
                    there = search.found(stop) if search is not None else GraphicsCards()
                    yield judge(
                        model,
                        facts,
                        window=options.context_window or options.beginning,
                        free=free,
                        bandwidth=bandwidth,
                        cards=choose_cards(there.cards, options.device),
                        card_problem=there.problem,
                    )
        finally:
            if search is not None:
                search.end()
            if changed:
                kept.save()

    def adapters(self, found: Sequence[ModelRef]) -> frozenset[str]:
        """The paths of known adapters; nothing is read to find out."""
        kept = ModelFactsCache(self._kept, build_of_llama())
        known = ((model.path, kept.get(Path(model.path))) for model in found)
        return frozenset(path for path, facts in known if facts and facts.kind == "adapter")

    @staticmethod
    def _bandwidth(
        kept: ModelFactsCache, probe: HeaderProbe, options: LoadOptions, stop: Event
    ) -> float | None:
        threads = computing_threads(options.threads)
        machine = f"{processor_name()}, {threads} threads"
        measured, now = kept.bandwidths(machine), time()
        if measured.are_due(now):
            found = probe.bandwidth(threads, stop)
            if found is not None:
                measured = measured.with_one(found, now)
                kept.set_bandwidths(machine, measured)
                kept.save()
        return measured.best
