"""Search for graphics cards: drivers are tried in a process of their own, and left alone once they
failed.

A broken driver ends or hangs whoever loads it. What was found holds until the drivers change or the
machine is started again. Where there is no driver, nothing is tried and nothing is loaded.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic

from pydantic import ValidationError

from assistant.core.atomic import replace_file
from assistant.core.values.base import Value
from assistant.core.values.models import GraphicsCards
from assistant.engine.cards.faults import card_fault
from assistant.ipc.one_shot import HelperProcess
from assistant.language.messages import N_

CARD_BACKENDS = ("cuda", "vulkan")
"""Names of llama.cpp's backends for cards, the better one of a card that both know first."""

PROBE_SECONDS = 30.0
"""A driver that needs longer to start hangs."""

ICD_FOLDERS = (
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "~/.local/share/vulkan/icd.d",
)
"""Where drivers for Vulkan say that they are there."""

ICD_VARIABLES = ("VK_DRIVER_FILES", "VK_ICD_FILENAMES")
NVIDIA_DRIVER = "/proc/driver/nvidia/version"
BOOT = "/proc/sys/kernel/random/boot_id"
INSTALLED_LIBRARIES = "/etc/ld.so.cache"
"""Written anew when one that a library for cards needs may have come."""

log = logging.getLogger(__name__)


class CardPlaces(Value):
    """Where cards are looked for, and what is remembered of them."""

    command: tuple[str, ...]
    """Starts the process that tries the drivers."""
    added: tuple[Path, ...]
    """Folders of libraries for cards that were added to those that came with llama.cpp."""
    kept: Path
    """The file that keeps what was found."""
    runtime: Path
    """The folder of sockets and locks."""
    silence: float = 120.0
    """Seconds after which a card that computes a part of a prompt does not come back."""


def driver_files(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files by which the drivers of graphics cards say that they are there."""
    named = [
        Path(path)
        for variable in ICD_VARIABLES
        for path in environment.get(variable, "").split(os.pathsep)
        if path
    ]
    usual = [
        path for folder in ICD_FOLDERS for path in sorted(Path(folder).expanduser().glob("*.json"))
    ]
    nvidia = Path(NVIDIA_DRIVER)
    return [*(named or usual), *([nvidia] if nvidia.exists() else [])]


def backends_folder() -> Path:
    """The folder of llama.cpp's libraries."""
    chosen = os.environ.get("LLAMA_CPP_LIB_PATH")
    if chosen:
        return Path(chosen)
    found = find_spec("llama_cpp")
    return Path(found.origin).parent / "lib" if found and found.origin else Path()


def carries_card_backend(folder: Path) -> bool:
    """Whether llama.cpp itself was compiled for graphics cards."""
    return any(any(folder.glob(f"*ggml-{name}.*")) for name in CARD_BACKENDS)


def card_libraries(added: Sequence[Path]) -> list[Path]:
    """Libraries for graphics cards that are loaded apart, the better ones first."""
    return [
        path
        for name in CARD_BACKENDS
        for folder in (*added, backends_folder() / "cards")
        for path in sorted(folder.glob(f"*ggml-{name}.*"))
    ]


def search_cards(places: CardPlaces, stop: Event) -> GraphicsCards:
    """Find the cards of this machine, without loading a driver into this process.

    Returns: what there is now, or was when the drivers were the same.
    """
    known = known_cards(places)
    if known is None:
        libraries = card_libraries(places.added)
        known = _try_drivers(places.command, libraries, stop)
        if not stop.is_set():
            _keep(places.kept, _key([*libraries, *driver_files()]), known)
    return known


def known_cards(places: CardPlaces) -> GraphicsCards | None:
    """The cards of this machine as far as they are known: no driver is tried.

    Returns: None where one would have to be.
    """
    fault = card_fault(places.runtime)
    if fault is not None:
        return GraphicsCards(
            problem=N_(f"{fault.card} failed and is left alone until the engine has ended")
        )
    libraries, drivers = card_libraries(places.added), driver_files()
    if not drivers or not (libraries or carries_card_backend(backends_folder())):
        return GraphicsCards()
    return _kept(places.kept, _key([*libraries, *drivers]))


def _try_drivers(command: Sequence[str], libraries: Sequence[Path], stop: Event) -> GraphicsCards:
    began = monotonic()
    request = json.dumps({"libraries": [os.fspath(path) for path in libraries]})
    with HelperProcess(command) as helper:
        answer = helper.answer(request, stop, PROBE_SECONDS)
    if answer is not None:
        try:
            return GraphicsCards.model_validate_json(answer)
        except ValidationError:
            return GraphicsCards(problem=N_("the graphics driver gave no sensible answer"))
    if monotonic() - began >= PROBE_SECONDS:
        return GraphicsCards(
            problem=N_(f"the graphics driver did not answer within {PROBE_SECONDS:g} seconds")
        )
    return GraphicsCards(problem=N_("the graphics driver crashed when it was tried"))


def _key(files: Sequence[Path]) -> str:
    facts: list[object] = [os.environ.get("GGML_VK_VISIBLE_DEVICES")]
    for path in (*files, Path(INSTALLED_LIBRARIES)):
        try:
            found = path.stat()
            facts.append((str(path), found.st_size, found.st_mtime_ns))
        except OSError:
            facts.append(str(path))
    try:
        facts.append(Path(BOOT).read_text())
    except OSError:
        facts.append("")
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _kept(path: Path, key: str) -> GraphicsCards | None:
    try:
        kept = json.loads(path.read_bytes())
        return GraphicsCards.model_validate(kept["found"]) if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, key: str, found: GraphicsCards) -> None:
    content = json.dumps({"key": key, "found": found.model_dump()})
    try:
        replace_file(path, content.encode(), durable=False)
    except OSError as failure:
        log.info("what was found of graphics cards is not kept: %s", failure)
