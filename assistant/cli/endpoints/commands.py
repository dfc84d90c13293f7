"""`assistant endpoints`: servers of models, added, tested, allowed and removed."""

import signal
from collections.abc import Iterator

import click

from assistant.cli.console import Console, local_time
from assistant.cli.endpoints.consent import ask_consent, consent_text
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, json_option
from assistant.core.errors import ConsentError, EndpointError, NotFoundError
from assistant.core.ports.endpoints import Endpoints
from assistant.core.sanitize import one_line
from assistant.core.values.endpoints.capabilities import Capabilities
from assistant.core.values.endpoints.status import (
    SCOPE_TEXTS,
    ConsentScope,
    EndpointStatus,
    EndpointTest,
)
from assistant.language.messages import _, ngettext

KEY_VARIABLE = click.option(
    "--key-variable", default="", metavar="NAME", help="The environment variable with the key."
)
KEY_FILE = click.option(
    "--key-file", default="", metavar="FILE", help="The file with the key, for you alone (0600)."
)

MODELS_SHOWN = 20


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def endpoints(context: click.Context, as_json: bool) -> int:
    """Use models on other servers, or in other programs here.

    Any server that is asked as OpenAI's is will do: llama-server, vLLM, Ollama, LM Studio, or a
    service. Its models are called NAME/MODEL. Without a command the endpoints are listed.
    """
    if context.invoked_subcommand is None:
        return int(context.invoke(list_, as_json=as_json))
    return 0


@endpoints.command("list")
@json_option
@click.pass_obj
def list_(program: Program, /, as_json: bool) -> int:
    """List the endpoints, and what may be sent to them. Opens no connection."""
    found = program.endpoints().listed()
    if as_json:
        program.console.json([one.model_dump(mode="json") for one in found])
        return 0
    if not found:
        program.console.line(_("There is no endpoint."))
        program.console.info(
            _("`assistant endpoints find` looks on this machine, `add NAME URL` adds one.")
        )
        return 0
    rows = [
        (
            one.name,
            one.url,
            _allowed(one),
            one.key or _("none"),
            local_time(one.last_used) if one.last_used else _("never"),
        )
        for one in found
    ]
    program.console.table(rows, (_("name"), _("address"), _("gets"), _("key"), _("last used")))
    return 0


def _allowed(one: EndpointStatus) -> str:
    if one.is_loopback:
        return _("everything (this machine)")
    scopes = [_(SCOPE_TEXTS[scope]) for scope in one.allowed]
    if len(scopes) == 2:
        return _("{first} and {second}", first=scopes[0], second=scopes[1])
    return scopes[0] if scopes else _("nothing yet")


@endpoints.command()
@click.argument("name")
@click.argument("url")
@KEY_VARIABLE
@KEY_FILE
@click.option(
    "--yes",
    "-y",
    "accepted",
    is_flag=True,
    help="Allow questions to be sent there, without asking.",
)
@click.option("--files", is_flag=True, help="With --yes: passages of your files, too.")
@click.pass_obj
def add(
    program: Program,
    /,
    name: str,
    url: str,
    key_variable: str,
    key_file: str,
    accepted: bool,
    files: bool,
) -> int:
    """Add the server at URL as NAME, or change it.

    A key is asked for where somebody is there, and kept in the system's keyring or in a file for
    you alone. A server on another machine gets nothing before you say so.
    """
    if key_variable and key_file:
        raise click.UsageError("Use --key-variable or --key-file, not both.")
    if files and not accepted:
        raise click.UsageError("--files needs --yes.")
    directory, console = program.endpoints(), program.console
    directory.add(name, url, key_variable=key_variable, key_file=key_file)
    status = _status(directory, name)
    if not (key_variable or key_file or status.is_loopback or status.key):
        _ask_key(program, directory, name)
    if status.is_loopback:
        console.line(
            _("{name} is on this machine: `assistant endpoints test {name}` tests it.", name=name)
        )
        return 0
    if accepted or ask_consent(console, program.ask, status, "questions"):
        directory.allow(name, "questions")
        if files:
            directory.allow(name, "files")
        console.line(_("{name} is added: `assistant endpoints test {name}` tests it.", name=name))
    else:
        console.line(
            _(
                "{name} is added. Nothing is sent before `assistant endpoints allow {name}`.",
                name=name,
            )
        )
    return 0


def _ask_key(program: Program, directory: Endpoints, name: str) -> None:
    if program.ask_secret is None:
        return
    typed = program.ask_secret(_("Key of {name} (empty: none)", name=name)).strip()
    if typed:
        program.console.info(_("The key is in {place}.", place=directory.keep_key(name, typed)))


@endpoints.command()
@click.argument("name")
@click.pass_obj
def key(program: Program, /, name: str) -> int:
    """Give another key for NAME: it is asked for, or read from standard input."""
    directory = program.endpoints()
    _status(directory, name)
    if program.ask_secret is not None:
        typed = program.ask_secret(_("Key of {name}", name=name)).strip()
    else:
        typed = (
            program.stdin.read(10_000).decode("utf-8", "replace").strip() if program.stdin else ""
        )
    if not typed:
        raise EndpointError("No key was given.", "The current key is kept.")
    program.console.line(_("The key is in {place}.", place=directory.keep_key(name, typed)))
    return 0


@endpoints.command()
@click.argument("name")
@click.option("--files", is_flag=True, help="Passages of your files, too.")
@click.option("--yes", "-y", "accepted", is_flag=True, help="Do not ask.")
@click.pass_obj
def allow(program: Program, /, name: str, files: bool, accepted: bool) -> int:
    """Allow your questions to be sent to NAME."""
    directory = program.endpoints()
    status = _status(directory, name)
    wanted: list[ConsentScope] = ["questions", "files"] if files else ["questions"]
    for what in wanted:
        if what in status.allowed:
            continue
        if program.ask is None and not accepted:
            raise ConsentError(consent_text(status, what), "Use --yes to allow it.")
        if not accepted and not ask_consent(program.console, program.ask, status, what):
            return 1
        directory.allow(name, what)
    program.console.line(
        _("{name} may receive {what}.", name=name, what=_allowed(_status(directory, name)))
    )
    return 0


@endpoints.command()
@click.argument("name")
@click.pass_obj
def forbid(program: Program, /, name: str) -> None:
    """Do not allow anything to be sent to NAME any more."""
    program.endpoints().forbid(name)
    program.console.line(_("Nothing is sent to {name} any more.", name=name))


@endpoints.command()
@click.argument("name")
@click.pass_obj
def remove(program: Program, /, name: str) -> None:
    """Remove NAME from the settings, with its key and what it may get."""
    program.endpoints().remove(name)
    program.console.line(_("{name} is removed. Its answers are kept.", name=name))


@endpoints.command()
@click.argument("name")
@json_option
@click.pass_obj
def test(program: Program, /, name: str, as_json: bool) -> int:
    """Connect to NAME, find out what it can do, and let its first model say a word.

    Nothing of yours is sent.
    """
    with Interruption([signal.SIGINT]) as interruption:
        program.console.progress(_("asking {name}", name=name))
        found = program.endpoints().test(name, interruption.stop)
        program.console.end_progress()
        if interruption.stop.is_set():
            return interruption.exit_code
    if as_json:
        program.console.json(found.model_dump(mode="json"))
    else:
        program.console.table(list(_test_rows(name, found)))
    if found.problem:
        program.console.error(found.problem)
    return EndpointError.exit_code if found.problem else 0


def _test_rows(name: str, found: EndpointTest) -> Iterator[tuple[str, str]]:
    can = found.capabilities
    names = [f"{name}/{each.name}" for each in can.models[:MODELS_SHOWN]]
    listed, more = ", ".join(names), len(can.models) - MODELS_SHOWN
    if more > 0:
        listed = _("{list} and {n:,} more", list=listed, n=more)
    yield _("server"), f"{can.kind} {can.version}".strip()
    yield _("models"), listed or _("none")
    yield from _capability_rows(can)
    if found.model and not found.problem:
        answer = one_line(found.answer or found.reasoning, 60)
        yield (
            _("answer"),
            _(
                "“{answer}” after {seconds:,.1f} s, from {model}",
                answer=answer,
                seconds=found.first_ms / 1000,
                model=found.model,
            ),
        )
        yield _("usage"), _("reported") if found.usage else _("not reported: tokens are estimated")


def _capability_rows(can: Capabilities) -> Iterator[tuple[str, str]]:
    windows = {each.window for each in can.models}
    window = max(windows, default=0)
    told = ngettext("{n:,} token", "{n:,} tokens", window, n=window) if windows else _("unknown")
    yield _("window"), told
    yield (
        _("tokens"),
        _("counted exactly") if can.counting == "exact" else _("estimated, 10 % reserved"),
    )
    yield _("progress"), _("reported while a prompt is read") if can.progress else _("unknown")
    yield (
        _("reasoning"),
        _("in `{field}`", field=can.reasoning)
        if can.reasoning
        else _("unknown; every known format is read"),
    )
    yield (
        _("continuing"),
        _("can continue an unfinished answer") if can.continues else _("starts a new answer"),
    )
    yield _("formats"), _forms_text(can)
    for what, said in ((_("pictures"), can.pictures), (_("tools"), can.tools)):
        yield what, _("unknown") if said is None else _("yes") if said else _("no")


def _forms_text(can: Capabilities) -> str:
    match can.json_schema, can.grammar:
        case True, True:
            return _("JSON and grammar")
        case True, _:
            return "JSON"
        case _, True:
            return _("grammar")
    return _("none")


@endpoints.command()
@json_option
@click.pass_obj
def find(program: Program, /, as_json: bool) -> int:
    """Look for servers of models in other programs on this machine, on their usual ports."""
    with Interruption([signal.SIGINT]) as interruption:
        found = program.endpoints().find(interruption.stop)
    console: Console = program.console
    if as_json:
        console.json([one.model_dump() for one in found])
        return 0
    for one in found:
        models = len(one.models)
        console.line(
            ngettext(
                "{kind} at {url}: {n:,} model",
                "{kind} at {url}: {n:,} models",
                models,
                kind=one.kind,
                url=one.url,
                n=models,
            )
        )
        console.line(f"    assistant endpoints add {one.name} {one.url}")
    if not found:
        console.line(_("No program on this machine serves models on its usual port."))
    return 0


def _status(directory: Endpoints, name: str) -> EndpointStatus:
    found = next((one for one in directory.listed() if one.name == name), None)
    if found is None:
        raise NotFoundError(
            f"There is no endpoint called {name!r}.", "`assistant endpoints` lists them."
        )
    return found
