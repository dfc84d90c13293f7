"""Worker processes: their names, the commands that start them, and the mains they run.

A main is imported when its process runs it: what a worker is built on (llama.cpp, Chroma, the
readers of files) must not reach the front end that starts it, and a helper may die of what it
reads.
"""

import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.core.errors import SettingsError, StorageError
from assistant.ipc.spec import WorkerSpec
from assistant.settings import Settings, load_settings
from assistant.system.disk_room import UNWRITABLE
from assistant.system.installed import installed_version
from assistant.system.paths import APP, Paths, find_paths
from assistant.system.processor import require_processor

if TYPE_CHECKING:
    from assistant.engine.cards.search import CardPlaces

PACKAGE = Path(__file__).parent
ENGINE = "engine"
LIBRARY = "library"
READER = "reader"
PROBE = "probe"
HEADERS = "headers"
PULL = "pull"
BENCH = "bench"
CARDS = "cards"
SAID_TO_WORKERS = (
    "engine/options.py",
    "engine/protocol.py",
    "ipc/messages.py",
    "library/protocol.py",
)
"""Modules of what front ends and workers say to each other, besides the values of the core."""

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000

FROM_SOURCE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from assistant.__main__ import main; main()"
)
"""Starts a program that is run from its source without being installed."""


def make_folders(paths: Paths) -> None:
    """Make the program's folders, for the user alone.

    Where nothing can be written they are done without: whoever has to write says so.
    """
    try:
        paths.create()
        for folder in (paths.data, paths.cache, paths.runtime, paths.logs):
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
    except OSError as failure:
        if failure.errno in UNWRITABLE:
            return
        raise StorageError(
            f"The folder {failure.filename} cannot be used: {failure.strerror}.",
            "Make it writable for you alone, or set ASSISTANT_HOME to a folder that is.",
        ) from None


@cache
def worker_version() -> str:
    """Version of the program, and a mark of what its processes say to each other: builds of the
    same version may differ in that, and must not be taken for one another."""
    files = [PACKAGE / name for name in SAID_TO_WORKERS]
    files += sorted((PACKAGE / "core" / "values").glob("*.py"))
    mark = sha256()
    for file in files:
        with suppress(OSError):
            mark.update(file.read_bytes())
    return f"{__version__}+{mark.hexdigest()[:8]}"


def engine_worker(paths: Paths) -> WorkerSpec:
    """Spec of the engine worker: how it is started and joined."""
    return WorkerSpec(
        name=ENGINE,
        command=(*program(), "--worker", ENGINE),
        runtime=paths.runtime,
        log=paths.logs / f"{ENGINE}.log",
        version=worker_version(),
    )


def card_places(paths: Paths) -> "CardPlaces":
    """Where graphics cards are looked for; what is added to them, in the user's data or beside the
    packaged program, belongs to one llama.cpp.
    """
    # Front ends look for none.
    from assistant.engine.cards.search import CardPlaces  # noqa: PLC0415

    own = f"llama-{installed_version('llama-cpp-python')}"
    beside = [Path(sys.executable).parent] if getattr(sys, "frozen", False) else []
    return CardPlaces(
        command=(*program(), "--worker", CARDS),
        added=tuple(folder / "cards" / own for folder in (paths.data, *beside)),
        kept=paths.cache / "cards.json",
        runtime=paths.runtime,
    )


def library_worker(paths: Paths) -> WorkerSpec:
    """Spec of the library worker: how it is started and joined."""
    return WorkerSpec(
        name=LIBRARY,
        command=(*program(), "--worker", LIBRARY),
        runtime=paths.runtime,
        log=paths.logs / f"{LIBRARY}.log",
        version=worker_version(),
    )


def run_worker(name: str) -> None:
    """Run the main of the worker called `name` until it is idle for long enough."""
    match name:
        case "engine":
            require_processor()
            _run_engine()
        case "library":
            require_processor()
            _run_library()
        case "reader":
            # Readers of all formats belong to a process that may die of them.
            from assistant.library.reading.process import main  # noqa: PLC0415

            sys.exit(main())
        case "headers":
            # llama.cpp, in a process that may die of what it reads.
            require_processor()
            from assistant.engine.models.header_worker import main as read_headers  # noqa: PLC0415

            read_headers()
        case "pull":
            from assistant.engine.download.worker import main as pull  # noqa: PLC0415 -- it goes online

            pull()
        case "bench":
            # llama.cpp, in a process that may die of it.
            require_processor()
            from assistant.engine.tuning.worker import main as bench  # noqa: PLC0415

            bench(card_places(find_paths()))
        case "cards":
            # The drivers of graphics cards, in a process that may die of them.
            require_processor()
            from assistant.engine.llama.card_probe import main as try_cards  # noqa: PLC0415

            try_cards()
        case "probe":
            # Chroma, in a process that may die of what it opens.
            from assistant.library.vectors.probe import main as probe  # noqa: PLC0415

            probe()
        case _:
            raise SettingsError(f"There is no worker called {name!r}.")


def _run_engine() -> None:
    # llama.cpp belongs to the worker alone; a front end must not import it.
    from assistant.engine.worker.main import SnapshotSettings, serve  # noqa: PLC0415

    paths, settings = _load_environment()
    budget = int(settings.engine.snapshots * GIGABYTE)
    serve(
        engine_worker(paths),
        SnapshotSettings(paths.snapshots, budget) if budget else None,
        idle_unload=settings.engine.idle_unload,
        idle_exit=settings.engine.idle_exit,
        models=settings.engine.models,
        cards=card_places(paths),
        use_cards=settings.engine.device != "cpu",
    )


def _run_library() -> None:
    # What the worker is built on belongs to it alone.
    from assistant.library.files.walk import WalkRules  # noqa: PLC0415
    from assistant.library.limits import OcrOptions, ReadLimits  # noqa: PLC0415
    from assistant.library.worker.main import serve  # noqa: PLC0415
    from assistant.library.worker.options import LibraryOptions  # noqa: PLC0415

    paths, settings = _load_environment()
    chosen = settings.library
    largest = chosen.largest_file * MEGABYTE
    options = LibraryOptions(
        database=paths.library,
        vectors=paths.vectors,
        reader=(*program(), "--worker", READER),
        probe=(*program(), "--worker", PROBE),
        embedder=Path(chosen.embedder).expanduser() if chosen.embedder else None,
        server=chosen.server,
        processes=chosen.readers,
        watch=chosen.watch,
        rules=WalkRules(hidden=chosen.hidden, largest_file=largest),
        limits=ReadLimits(
            file_bytes=largest,
            ocr=OcrOptions(languages=tuple(chosen.ocr_languages.split("+")))
            if chosen.ocr
            else None,
        ),
    )
    serve(library_worker(paths), options, idle_exit=chosen.idle_exit)


def _load_environment() -> tuple[Paths, Settings]:
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    make_folders(paths)
    return paths, settings


def program() -> tuple[str, ...]:
    """The command that starts this program again, from whatever folder.

    `-P` keeps the current folder out of the module path: a folder that happens to be called
    `assistant` there would be run instead.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    if installed_version(APP) is None:
        return (sys.executable, "-P", "-c", FROM_SOURCE, str(PACKAGE.parent))
    return (sys.executable, "-P", "-m", APP)
