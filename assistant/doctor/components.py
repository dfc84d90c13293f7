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
from assistant.core.values.models import GraphicsCard, ModelInfo
from assistant.core.wording import device_text, size
from assistant.doctor.report import Check, fail, ok, warn
from assistant.ipc.join import Joiner
from assistant.ipc.messages import WireError
from assistant.ipc.spec import other_version
from assistant.language.messages import _, localized
from assistant.settings import Settings
from assistant.system.about import SAFE_SQLITE
from assistant.system.disk_room import why_unwritable
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

ROOM_ERRORS = ("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY")
"""Errors that may be those of a disk on which nothing can be written."""

PROBE_SENTENCES = ("A ship lies in the harbour.",)


def database(file: Path) -> Check:
    """Whether the conversations can be read and are sound; reads only."""
    name = _("conversations")
    if not file.exists():
        return ok(name, _("{file} is created with the first question", file=file))
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
            (count,) = opened.execute("SELECT count(*) FROM conversations").fetchone()
    except sqlite3.DatabaseError as failure:
        why = why_unwritable(file) if failure.sqlite_errorname.startswith(ROOM_ERRORS) else ""
        if why:
            return fail(
                name,
                _("{file} cannot be checked: {why}", file=file, why=localized(why)),
                _("Free some space, or make it writable, and check again."),
            )
        if failure.sqlite_errorname.startswith(ACCESS_ERRORS):
            return fail(
                name,
                f"{file}: {failure}",
                _("Close programs that use it, and check its permissions."),
            )
        found, count = str(failure), 0
    if found != "ok":
        return fail(
            name,
            _("{file} is damaged: {found}", file=file, found=found),
            _(
                "Start the assistant: it sets the file aside. Copies are kept in {folder}.",
                folder=file.parent,
            ),
        )
    return ok(
        name,
        _(
            "{file}, {size}, conversations: {count:,}",
            file=file,
            size=size(file.stat().st_size),
            count=count,
        ),
    )


def sqlite() -> Check:
    """The version of the database engine."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        safe = ".".join(map(str, SAFE_SQLITE))
        return warn(
            "sqlite",
            _(
                "{version} can, very rarely, damage a file that two windows use at once",
                version=version,
            ),
            _(
                "Use a Python with SQLite {safe} or newer when there is one for this system.",
                safe=safe,
            ),
        )
    return ok("sqlite", version)


def prompts(settings: Settings, paths: Paths) -> Check:
    """Whether the prompt library can be read and holds the default prompt."""
    found, problems = prompt_library(paths).read()
    default = settings.chat.prompt
    if default and default not in [prompt.name for prompt in found]:
        return fail(
            _("prompts"),
            _("chat.prompt is {default!r}, and there is no such prompt", default=default),
            _("`assistant prompts` lists all prompts."),
        )
    if problems:
        worst = problems[0]
        return warn(_("prompts"), f"{worst.path}: {localized(worst.reason)}.", localized(worst.fix))
    return ok(_("prompts"), f"{len(found)}")


def model(settings: Settings, paths: Paths, *, load: bool) -> Check:
    """Whether the default model is there and, if asked for, whether it can be loaded."""
    name = _("model")
    try:
        opened = model_catalog(settings, paths).open(None)
        if not load:
            return ok(name, _("{name} was found; --quick does not load it", name=opened.name))
        started = perf_counter()
        for event in opened.load(Event()):
            if isinstance(event, Loaded):
                info, loaded = event.info, _loaded_text(event.info)
                if info.template_problem:
                    fix = _("Choose another model, or a newer file of this one.")
                    return warn(name, f"{loaded}; {localized(info.template_problem)}", fix)
                seconds = perf_counter() - started
                return ok(name, f"{loaded}, {_('loaded in {seconds:.1f} s', seconds=seconds)}")
    except AssistantError as failure:
        return fail(name, localized(failure.message), localized(failure.hint))
    return fail(name, _("it did not finish loading"), _("See {log}.", log=engine_worker(paths).log))


def _loaded_text(info: ModelInfo) -> str:
    facts = [
        _(
            "{name} ({description}), a window of {window:,} tokens (trained on {trained:,})",
            name=info.name,
            description=info.description,
            window=info.context_window,
            trained=info.trained_context,
        )
    ]
    if info.limited:
        facts.append(_("smaller than usual, because memory is short"))
    if info.device:
        facts.append(_("on {device}", device=device_text(info.device)))
    return ", ".join(facts)


def graphics_card(settings: Settings, paths: Paths) -> Check:
    """Which graphics cards there are, and whether their drivers work."""
    name = _("graphics card")
    if settings.engine.device == "cpu":
        return ok(name, _("not used: engine.device is cpu"))
    found = graphics_cards(paths)
    if found.problem:
        fix = _("Update its driver, or set engine.device = cpu to leave it out.")
        return warn(name, _("not used: {problem}", problem=localized(found.problem)), fix)
    cards = "; ".join(map(_card_text, found.cards)) or _("none that can be used; the CPU is used")
    if found.not_loaded:
        failed = [
            _("{library} cannot be loaded ({reason})", library=each.library, reason=each.reason)
            for each in found.not_loaded
        ]
        return warn(name, "; ".join([cards, *failed]), _("Install what it needs."))
    return ok(name, cards)


def _card_text(card: GraphicsCard) -> str:
    free = _("{free} of {total} free", free=size(card.free), total=size(card.total))
    facts = [f"{card.description} ({card.name})", free]
    if card.driver:
        facts.append(_("driver {driver}", driver=card.driver))
    return ", ".join(facts)


def tuning(settings: Settings, paths: Paths) -> Check:
    """Tuning of the default model: what it is run with, and where that comes from."""
    name = _("threads")
    try:
        used = model_tuning(settings, paths).in_use(None)
    except AssistantError:
        return ok(name, _("there is no model"))
    values = ", ".join(f"{_(one.contest)} {one.value} ({_(one.origin)})" for one in used)
    return ok(name, values)


def files(paths: Paths, *, load: bool) -> Check:
    """Whether files can be searched; if asked for, whether the embedder can be loaded."""
    name = _("library")
    if not load:
        return ok(name, _("--quick does not open it"))
    user_files = library(paths)
    try:
        # Meaning cannot be compared without the embedder.
        passages = [CheckedPassage(text=each, path="") for each in PROBE_SENTENCES]
        user_files.check(PROBE_SENTENCES, passages, question=PROBE_SENTENCES[0])
        status = user_files.status()
    except AssistantError as failure:
        hint = localized(failure.hint) or _("See {log}.", log=paths.logs)
        return fail(name, localized(failure.message), hint)
    if status.embedder_problem:
        fix = _("Check library.embedder in the settings.")
        return warn(name, localized(status.embedder_problem), fix)
    return ok(
        name,
        _(
            "{indexed:,} files, {passages:,} passages, {embedder}",
            indexed=status.indexed,
            passages=status.passages,
            embedder=status.embedder,
        ),
    )


def network(settings: Settings, paths: Paths) -> Check:
    """The hosts that words can go to, and when they last did. Opens no connection."""
    name = _("network")
    if not settings.endpoints:
        return ok(name, _("no endpoint: questions stay on this machine"))
    told = []
    for one in endpoint_directory(settings, paths).listed():
        allowed = ", ".join(map(_, one.allowed)) or _("nothing yet")
        gets = _("this machine") if one.is_loopback else allowed
        if one.last_used:
            last = one.last_used.astimezone().strftime(_("%Y-%m-%d %H:%M"))
        else:
            last = _("never")
        told.append(
            _(
                "{name} → {host} ({gets}, last used {last})",
                name=one.name,
                host=one.host,
                gets=gets,
                last=last,
            )
        )
    return ok(name, "; ".join(told))


def worker(paths: Paths) -> Check:
    """Whether the engine worker runs and answers; it is never started for this."""
    name, spec = _("engine"), engine_worker(paths)
    try:
        peer = Joiner(spec).running_worker()
    except WireError as failure:
        return warn(
            name,
            _(
                "a worker is running that does not answer: {failure}",
                failure=localized(str(failure)),
            ),
            _("See {log}.", log=spec.log),
        )
    if peer is None:
        return ok(name, _("not running; it starts with the first question"))
    if peer.version != spec.version:
        fix = _("Nothing to do: it is replaced when nobody uses it any more.")
        other = localized(other_version(peer.version, spec.version))
        other = other[0].lower() + other[1:]
        return warn(
            name,
            _(
                "{other} runs, this is {version}",
                other=other,
                version=__version__,
            ),
            fix,
        )
    return ok(
        name, _("running, version {version}, process {pid}", version=__version__, pid=peer.pid)
    )
