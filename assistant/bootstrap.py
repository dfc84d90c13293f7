"""The only place that chooses concrete classes and puts them together."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from assistant import __version__
from assistant.core.chat import Chat
from assistant.core.errors import SettingsError, StorageError
from assistant.core.models import AdapterUse
from assistant.core.ports import (
    ConversationStore,
    Library,
    ModelCatalog,
    ModelDownloads,
    ModelTuning,
)
from assistant.core.prompts import PromptLibrary
from assistant.engine.benching import LocalTuning
from assistant.engine.catalog import LocalModels
from assistant.engine.discovery import in_folder, other_programs
from assistant.engine.downloads import HubDownloads
from assistant.engine.options import LoadOptions
from assistant.engine.survey import Survey
from assistant.engine.tunings import Tunings
from assistant.ipc.join import Joiner
from assistant.ipc.worker import WorkerSpec
from assistant.library.client import WorkerLibrary
from assistant.paths import APP, Paths, find_paths
from assistant.processor import require_processor
from assistant.settings import Settings, load_settings
from assistant.storage.conversations import SqliteConversations

PACKAGE = Path(__file__).parent
ENGINE = "engine"
LIBRARY = "library"
READER = "reader"
PROBE = "probe"
HEADERS = "headers"
PULL = "pull"
BENCH = "bench"
MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000

FROM_SOURCE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from assistant.__main__ import main; main()"
)
"""Starts a program that is run from its source without being installed."""


@dataclass(frozen=True)
class Assistant:
    """The parts of a running front end."""

    settings: Settings
    paths: Paths
    store: ConversationStore
    models: ModelCatalog
    prompts: PromptLibrary
    chat: Chat
    library: Library

    def tidy(self) -> None:
        """Empty the trash of what is past its time; whoever holds the database now does it then."""
        with suppress(StorageError):
            self.store.purge()

    def close(self) -> None:
        self.store.close()


def build(settings: Settings, paths: Paths, chats: Path | None = None) -> Assistant:
    """Put a front end together: folders are made, the database is opened, no model is loaded.

    Args:
        chats: where conversations are kept, when not with the user's.

    Raises:
        StorageError: a folder cannot be made or the database cannot be opened.
    """
    make_folders(paths)
    store = SqliteConversations(chats or paths.chats)
    models = model_catalog(settings, paths)
    files = library(paths)
    prompts = prompt_library(paths)
    return Assistant(
        settings=settings,
        paths=paths,
        store=store,
        models=models,
        prompts=prompts,
        chat=Chat(
            store,
            models,
            settings.sampling,
            files,
            fall_back=settings.library.fall_back,
            wording=lambda: prompts.internal("sources").text,
            of_models={name: own.sampling for name, own in settings.model.items()},
        ),
        library=files,
    )


def make_folders(paths: Paths) -> None:
    """Make the program's folders, for the user alone."""
    try:
        paths.create()
        for folder in (paths.data, paths.cache, paths.runtime, paths.logs):
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
    except OSError as failure:
        raise StorageError(
            f"The folder {failure.filename} cannot be used: {failure.strerror}.",
            "Make it writable for you alone, or set ASSISTANT_HOME to a folder that is.",
        ) from None


def model_catalog(settings: Settings, paths: Paths) -> LocalModels:
    """The models on this machine, run by the engine worker."""
    common = settings.engine.model_dump(include=set(LoadOptions.model_fields))
    folders = [
        partial(in_folder, Path(folder).expanduser(), "folder")
        for folder in settings.models.folders
    ]
    others = other_programs(Path.home(), os.environ) if settings.models.other_programs else []
    return LocalModels(
        engine_worker(paths),
        LoadOptions(**common),
        paths.models,
        settings.chat.model,
        places=[*folders, *others],
        survey=Survey((*_program(), "--worker", HEADERS), paths.cache / "models.json"),
        own={
            name: LoadOptions(
                **common | own.model_dump(include=set(LoadOptions.model_fields), exclude_none=True)
            )
            for name, own in settings.model.items()
        },
        adapters={
            name: [AdapterUse(name=file, scale=scale) for file, scale in own.adapters.items()]
            for name, own in settings.model.items()
        },
        tunings=Tunings(paths.tunings),
    )


def model_tuning(settings: Settings, paths: Paths) -> ModelTuning:
    """How models are measured, and what is remembered of it."""
    return LocalTuning(
        model_catalog(settings, paths),
        Tunings(paths.tunings),
        (*_program(), "--worker", BENCH),
        engine_worker(paths),
    )


def model_downloads(settings: Settings, paths: Paths) -> ModelDownloads:
    """Models that can be fetched into the models folder."""
    command = (*_program(), "--worker", PULL)
    return HubDownloads(command, paths.models, settings.models.endpoint)


def engine_worker(paths: Paths) -> WorkerSpec:
    """How the engine worker is started and joined."""
    return WorkerSpec(
        name=ENGINE,
        command=(*_program(), "--worker", ENGINE),
        runtime=paths.runtime,
        log=paths.logs / f"{ENGINE}.log",
        version=__version__,
    )


def library(paths: Paths) -> Library:
    """The user's files, in the hands of the library worker."""
    return WorkerLibrary(Joiner(library_worker(paths)), paths.library)


def library_worker(paths: Paths) -> WorkerSpec:
    """How the library worker is started and joined."""
    return WorkerSpec(
        name=LIBRARY,
        command=(*_program(), "--worker", LIBRARY),
        runtime=paths.runtime,
        log=paths.logs / f"{LIBRARY}.log",
        version=__version__,
    )


def prompt_library(paths: Paths) -> PromptLibrary:
    """The shipped prompts and the user's own, which override them."""
    return PromptLibrary([shipped_prompts(), paths.prompts], _load_yaml)


def shipped_prompts() -> Path:
    """Inside the installed package, or beside it when run from a checkout."""
    installed = PACKAGE / "_prompts"
    return installed if installed.is_dir() else PACKAGE.parent / "prompts"


def run_worker(name: str) -> None:
    """Be the worker called `name` until it is idle for long enough."""
    match name:
        case "engine":
            require_processor()
            _run_engine()
        case "library":
            require_processor()
            _run_library()
        case "reader":
            # Readers of all formats belong to a process that may die of them.
            from assistant.library.reader_main import main  # noqa: PLC0415

            sys.exit(main())
        case "headers":
            # llama.cpp, in a process that may die of what it reads.
            require_processor()
            from assistant.engine.header_worker import main as read_headers  # noqa: PLC0415

            read_headers()
        case "pull":
            from assistant.engine.hub_worker import main as pull  # noqa: PLC0415 -- it goes online

            pull()
        case "bench":
            # llama.cpp, in a process that may die of it.
            require_processor()
            from assistant.engine.bench_worker import main as bench  # noqa: PLC0415

            bench()
        case "probe":
            # Chroma, in a process that may die of what it opens.
            from assistant.library.probing import main as probe  # noqa: PLC0415

            probe()
        case _:
            raise SettingsError(f"There is no worker called {name!r}.")


def _run_engine() -> None:
    # llama.cpp belongs to the worker alone; a front end must not import it.
    from assistant.engine.worker import Keeping, serve  # noqa: PLC0415

    paths, settings = _surroundings()
    budget = int(settings.engine.snapshots * GIGABYTE)
    serve(
        engine_worker(paths),
        Keeping(paths.snapshots, budget) if budget else None,
        idle_unload=settings.engine.idle_unload,
        idle_exit=settings.engine.idle_exit,
        models=settings.engine.models,
    )


def _run_library() -> None:
    # What the worker is built on belongs to it alone.
    from assistant.library.limits import Limits, Ocr  # noqa: PLC0415
    from assistant.library.options import LibraryOptions  # noqa: PLC0415
    from assistant.library.walk import WalkRules  # noqa: PLC0415
    from assistant.library.worker import serve  # noqa: PLC0415

    paths, settings = _surroundings()
    chosen = settings.library
    largest = chosen.largest_file * MEGABYTE
    options = LibraryOptions(
        database=paths.library,
        vectors=paths.vectors,
        reader=(*_program(), "--worker", READER),
        probe=(*_program(), "--worker", PROBE),
        embedder=Path(chosen.embedder).expanduser() if chosen.embedder else None,
        server=chosen.server,
        processes=chosen.readers,
        watch=chosen.watch,
        rules=WalkRules(hidden=chosen.hidden, largest_file=largest),
        limits=Limits(
            file_bytes=largest,
            ocr=Ocr(languages=tuple(chosen.ocr_languages.split("+"))) if chosen.ocr else None,
        ),
    )
    serve(library_worker(paths), options, idle_exit=chosen.idle_exit)


def _surroundings() -> tuple[Paths, Settings]:
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    make_folders(paths)
    return paths, settings


def _program() -> tuple[str, ...]:
    """The command that starts this program again, from whatever folder.

    `-P` keeps the current folder out of the module path: a folder that happens to be called
    `assistant` there would be run instead.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    try:
        distribution(APP)
    except PackageNotFoundError:
        return (sys.executable, "-P", "-c", FROM_SOURCE, str(PACKAGE.parent))
    return (sys.executable, "-P", "-m", APP)


def _load_yaml(text: str) -> object:
    from assistant.front_matter import load  # noqa: PLC0415 -- most starts read no prompt

    return load(text)
