"""Tunings: what `assistant bench` found, in a small file.

Each holds for one machine, one llama.cpp and one model.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from assistant.core.atomic import replace_file
from assistant.core.values.base import Value
from assistant.core.values.models import GraphicsCard, choose_cards
from assistant.core.values.sampling import CacheType, FlashAttention
from assistant.core.values.tuning import Tuning
from assistant.engine.gguf.files import name_without_part, parts_of
from assistant.engine.hardware import llama_cpp_build, processor_name, usable_cores
from assistant.engine.options import LoadOptions

HEAD_BYTES = 2**16
"""Bytes of a model file that say what it is, its quantization included."""


class TuningConditions(Value):
    """The conditions that a measurement holds for."""

    processor: str
    cores: int
    build: str
    size: int
    """Bytes of all parts of the model."""
    head: str
    """SHA-256 of the file's beginning: the same model under another name is the same."""
    gpu_layers: int
    flash_attention: FlashAttention
    cache_type: CacheType
    cards: tuple[str, ...] = ()
    """What the drivers call the graphics cards that compute."""


class TuningEntry(Value):
    """One measurement."""

    model: str
    """For people who read the file."""
    ground: TuningConditions
    tuning: Tuning


class SavedTunings(Value):
    """The content of the file."""

    tunings: tuple[TuningEntry, ...] = ()


def conditions_of(
    path: Path, options: LoadOptions, found: Sequence[GraphicsCard] = ()
) -> TuningConditions:
    """The conditions of a measurement. Raises OSError where the model cannot be read.

    Args:
        found: the graphics cards of this machine.
    """
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(HEAD_BYTES)).hexdigest()
    return TuningConditions(
        processor=processor_name(),
        cores=usable_cores(),
        build=llama_cpp_build(),
        size=sum(part.stat().st_size for part in parts_of(path)),
        head=head,
        gpu_layers=options.gpu_layers,
        flash_attention=options.flash_attention,
        cache_type=options.cache_type,
        cards=tuple(card.description for card in choose_cards(found, options.device)),
    )


class TuningFile:
    """The file of tunings. One that is damaged or of another version is as good as none."""

    def __init__(
        self, file: Path, cards: Callable[[], Sequence[GraphicsCard]] = lambda: ()
    ) -> None:
        """Args:
        cards: tells the graphics cards of this machine, as far as they are known.
        """
        self._file = file
        self._cards = cards

    def find(self, path: Path, options: LoadOptions) -> Tuning | None:
        """The tuning of a model; None where none was found that still holds."""
        entries = self._read()
        if not entries:
            return None
        with suppress(OSError):
            ground = conditions_of(path, options, self._cards())
            return next((one.tuning for one in entries if one.ground == ground), None)
        return None

    def applied(self, path: Path, options: LoadOptions) -> LoadOptions:
        """`options` with the tuning of a model wherever they leave the choice."""
        tuning = self.find(path, options)
        if tuning is None:
            return options
        found = {one.contest: one.best for one in tuning.outcomes}
        faster = {one.contest: one.best for one in tuning.outcomes if one.best != one.usual}
        chosen: dict[str, int | str] = {}
        if not options.threads:
            chosen["threads"] = found.get("writing", 0)
            chosen["threads_reading"] = found.get("reading", 0)
        if not options.batch:
            chosen["computed_at_once"] = found.get("batch", 0)
        if (layers := faster.get("layers")) is not None:
            chosen["most_layers"] = layers
        if "attention" in faster:
            chosen["flash_attention"] = "off"
        return options.model_copy(update=chosen)

    def put(self, path: Path, options: LoadOptions, tuning: Tuning) -> None:
        """Store a tuning, in place of the one before.

        Raises:
            OSError: the file cannot be written; what was known before is kept.
        """
        ground = conditions_of(path, options, self._cards())
        others = [entry for entry in self._read() if entry.ground != ground]
        self._write(
            [*others, TuningEntry(model=name_without_part(path), ground=ground, tuning=tuning)]
        )

    def forget(self, path: Path | None = None) -> int:
        """Delete the tunings of a model, or all.

        Returns: how many there were.

        Raises:
            OSError: the file cannot be written.
        """
        entries = self._read()
        head = None if path is None else conditions_of(path, LoadOptions()).head
        kept = [entry for entry in entries if head is not None and entry.ground.head != head]
        if len(kept) < len(entries):
            self._write(kept)
        return len(entries) - len(kept)

    def _read(self) -> tuple[TuningEntry, ...]:
        with suppress(OSError, ValueError):
            return SavedTunings.model_validate_json(self._file.read_bytes()).tunings
        return ()

    def _write(self, entries: Sequence[TuningEntry]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = SavedTunings(tunings=tuple(entries)).model_dump_json(indent=1)
        # Minutes of measuring, while the machine could do nothing else.
        replace_file(self._file, kept.encode(), durable=True)
