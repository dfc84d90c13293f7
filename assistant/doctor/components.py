"""Checks of the program's components: database, prompts, model, files, engine worker."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event
from time import perf_counter

from assistant import __version__
from assistant.bootstrap import (
    endpoint_directory,
    graphics_cards,
    library,
    model_catalog,
    model_tuning,
    prompt_library,
)
from assistant.core.errors import AssistantError
from assistant.core.values.events import Loaded
from assistant.core.values.library import CheckedPassage
from assistant.core.values.models import GraphicsCard
from assistant.core.wording import device_text, size
from assistant.doctor.report import Check, fail, ok, warn
from assistant.ipc.join import Joiner
from assistant.ipc.messages import WireError
from assistant.ipc.spec import other_version
from assistant.settings import Settings
from assistant.system.about import SAFE_SQLITE
from assistant.system.paths import Paths
from assistant.workers import engine_worker

ACCESS_ERRORS = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_PERM",
)
"""Errors that say nothing about the file's content."""

PROBE_SENTENCES = ("A ship lies in the harbour.",)


def database(file: Path) -> Check:
    """Whether the conversations can be read and are sound; reads only."""
    name = "conversations"
    if not file.exists():
        return ok(name, f"{file} is made with the first question")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
            (count,) = opened.execute("SELECT count(*) FROM conversations").fetchone()
    except sqlite3.DatabaseError as failure:
        if failure.sqlite_errorname.startswith(ACCESS_ERRORS):
            return fail(name, f"{file}: {failure}", "Close what uses it, and check its mode.")
        found, count = str(failure), 0
    if found != "ok":
        return fail(
            name,
            f"{file} is damaged: {found}",
            f"Start the assistant: it sets the file aside. Copies are kept in {file.parent}.",
        )
    return ok(name, f"{file}, {size(file.stat().st_size)}, conversations: {count:,}")


def sqlite() -> Check:
    """The version of the database engine."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        safe = ".".join(map(str, SAFE_SQLITE))
        return warn(
            "sqlite",
            f"{version} can, very rarely, damage a file that two windows use at once",
            f"Use a Python with SQLite {safe} or newer when there is one for this system.",
        )
    return ok("sqlite", version)


def prompts(settings: Settings, paths: Paths) -> Check:
    """Whether the prompt library can be read and holds the default prompt."""
    found, problems = prompt_library(paths).read()
    default = settings.chat.prompt
    if default and default not in [prompt.name for prompt in found]:
        return fail(
            "prompts",
            f"chat.prompt is {default!r}, and there is no such prompt",
            "`assistant prompts` lists those there are.",
        )
    if problems:
        worst = problems[0]
        return warn("prompts", f"{worst.path}: {worst.reason}.", worst.fix)
    return ok("prompts", f"{len(found)}")


def model(settings: Settings, paths: Paths, *, load: bool) -> Check:
    """Whether the default model is there and, if asked for, whether it can be loaded."""
    name = "model"
    try:
        opened = model_catalog(settings, paths).open(None)
        if not load:
            return ok(name, f"{opened.name} is there; --quick does not load it")
        started = perf_counter()
        for event in opened.load(Event()):
            if isinstance(event, Loaded):
                info = event.info
                loaded = f"{info.name} ({info.description}), a window of {info.context_window:,}"
                loaded += f" tokens (trained on {info.trained_context:,})"
                loaded += ", less than usual for want of memory" if info.limited else ""
                loaded += f", on {device_text(info.device)}" if info.device else ""
                if info.template_problem:
                    fix = "Choose another model, or a newer file of this one."
                    return warn(name, f"{loaded}; {info.template_problem}", fix)
                return ok(name, f"{loaded}, loaded in {perf_counter() - started:.1f} s")
    except AssistantError as failure:
        return fail(name, failure.message, failure.hint)
    return fail(name, "it did not finish loading", f"See {engine_worker(paths).log}.")


def graphics_card(settings: Settings, paths: Paths) -> Check:
    """Which graphics cards there are, and whether their drivers work."""
    name = "graphics card"
    if settings.engine.device == "cpu":
        return ok(name, "not used: engine.device is cpu")
    found = graphics_cards(paths)
    if found.problem:
        fix = "Update its driver; with engine.device = cpu it is never tried."
        return warn(name, f"not used: {found.problem}", fix)
    if not found.cards:
        return ok(name, "none that can be used; the processor computes")
    return ok(name, "; ".join(map(_card_text, found.cards)))


def _card_text(card: GraphicsCard) -> str:
    driver = f", driver {card.driver}" if card.driver else ""
    free = f"{size(card.free)} of {size(card.total)} free"
    return f"{card.description} ({card.name}), {free}{driver}"


def tuning(settings: Settings, paths: Paths) -> Check:
    """Tuning of the default model: what it is run with, and where that comes from."""
    name = "threads"
    try:
        used = model_tuning(settings, paths).in_use(None)
    except AssistantError:
        return ok(name, "there is no model")
    values = ", ".join(f"{one.contest} {one.value} ({one.origin})" for one in used)
    return ok(name, values)


def files(paths: Paths, *, load: bool) -> Check:
    """Whether files can be searched; if asked for, whether the embedder can be loaded."""
    name = "library"
    if not load:
        return ok(name, "--quick does not open it")
    user_files = library(paths)
    try:
        # Meaning cannot be compared without the embedder.
        passages = [CheckedPassage(text=each, path="") for each in PROBE_SENTENCES]
        user_files.check(PROBE_SENTENCES, passages, question=PROBE_SENTENCES[0])
        status = user_files.status()
    except AssistantError as failure:
        return fail(name, failure.message, failure.hint or f"See {paths.logs}.")
    if status.embedder_problem:
        fix = "Check library.embedder in the settings."
        return warn(name, status.embedder_problem, fix)
    return ok(name, f"{status.indexed:,} files, {status.passages:,} passages, {status.embedder}")


def network(settings: Settings, paths: Paths) -> Check:
    """The hosts that words can go to, and when they last did. Opens no connection."""
    name = "network"
    if not settings.endpoints:
        return ok(name, "no endpoint: questions stay on this machine")
    told = []
    for one in endpoint_directory(settings, paths).listed():
        gets = "this machine" if one.is_loopback else " and ".join(one.allowed) or "nothing yet"
        last = f"{one.last_used.astimezone():%Y-%m-%d %H:%M}" if one.last_used else "never"
        told.append(f"{one.name} → {one.host} ({gets}, last used {last})")
    return ok(name, "; ".join(told))


def worker(paths: Paths) -> Check:
    """Whether the engine worker runs and answers; it is never started for this."""
    name, spec = "engine", engine_worker(paths)
    try:
        peer = Joiner(spec).running_worker()
    except WireError as failure:
        return warn(name, f"a worker lives that does not answer: {failure}", f"See {spec.log}.")
    if peer is None:
        return ok(name, "not running; it starts with the first question")
    if peer.version != spec.version:
        fix = "Nothing: it is replaced as soon as nobody uses it."
        other = other_version(peer.version, spec.version)
        return warn(name, f"{other[0].lower()}{other[1:]} runs, this is {__version__}", fix)
    return ok(name, f"running, version {__version__}, process {peer.pid}")
