"""`assistant endpoints`: servers of models, added, tested, allowed and removed."""

import signal
from collections.abc import Iterator

import click

from assistant.cli.console import Console
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
from assistant.core.wording import count

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
        program.console.line("There is no endpoint.")
        program.console.info(
            "`assistant endpoints find` looks on this machine, `add NAME URL` adds one."
        )
        return 0
    rows = [
        (
            one.name,
            one.url,
            _allowed(one),
            one.key or "none",
            one.last_used.astimezone().strftime("%Y-%m-%d %H:%M") if one.last_used else "never",
        )
        for one in found
    ]
    program.console.table(rows, ("name", "address", "gets", "key", "last used"))
    return 0


def _allowed(one: EndpointStatus) -> str:
    if one.is_loopback:
        return "all: it is this machine"
    return " and ".join(SCOPE_TEXTS[scope] for scope in one.allowed) or "nothing yet"


@endpoints.command()
@click.argument("name")
@click.argument("url")
@KEY_VARIABLE
@KEY_FILE
@click.option(
    "--yes", "-y", "accepted", is_flag=True, help="Questions may be sent there; not asked."
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
        raise click.UsageError("--key-variable and --key-file exclude each other.")
    if files and not accepted:
        raise click.UsageError("--files goes with --yes.")
    directory, console = program.endpoints(), program.console
    directory.add(name, url, key_variable=key_variable, key_file=key_file)
    status = _status(directory, name)
    if not (key_variable or key_file or status.is_loopback or status.key):
        _ask_key(program, directory, name)
    if status.is_loopback:
        console.line(f"{name} is here: `assistant endpoints test {name}` tries it.")
        return 0
    if accepted or ask_consent(console, program.ask, status, "questions"):
        directory.allow(name, "questions")
        if files:
            directory.allow(name, "files")
        console.line(f"{name} is added: `assistant endpoints test {name}` tries it.")
    else:
        console.line(f"{name} is added. Nothing is sent before `assistant endpoints allow {name}`.")
    return 0


def _ask_key(program: Program, directory: Endpoints, name: str) -> None:
    if program.ask_secret is None:
        return
    typed = program.ask_secret(f"Key of {name} (empty: none)").strip()
    if typed:
        program.console.info(f"The key is in {directory.keep_key(name, typed)}.")


@endpoints.command()
@click.argument("name")
@click.pass_obj
def key(program: Program, /, name: str) -> int:
    """Give another key for NAME: it is asked for, or read from standard input."""
    directory = program.endpoints()
    _status(directory, name)
    if program.ask_secret is not None:
        typed = program.ask_secret(f"Key of {name}").strip()
    else:
        typed = (
            program.stdin.read(10_000).decode("utf-8", "replace").strip() if program.stdin else ""
        )
    if not typed:
        raise EndpointError("No key was given.", "The one that there is stays.")
    program.console.line(f"The key is in {directory.keep_key(name, typed)}.")
    return 0


@endpoints.command()
@click.argument("name")
@click.option("--files", is_flag=True, help="Passages of your files, too.")
@click.option("--yes", "-y", "accepted", is_flag=True, help="Do not ask.")
@click.pass_obj
def allow(program: Program, /, name: str, files: bool, accepted: bool) -> int:
    """Let your questions be sent to NAME."""
    directory = program.endpoints()
    status = _status(directory, name)
    wanted: list[ConsentScope] = ["questions", "files"] if files else ["questions"]
    for what in wanted:
        if what in status.allowed:
            continue
        if program.ask is None and not accepted:
            raise ConsentError(consent_text(status, what), "Give --yes to say so.")
        if not accepted and not ask_consent(program.console, program.ask, status, what):
            return 1
        directory.allow(name, what)
    program.console.line(f"{name} gets {_allowed(_status(directory, name))}.")
    return 0


@endpoints.command()
@click.argument("name")
@click.pass_obj
def forbid(program: Program, /, name: str) -> None:
    """Let nothing be sent to NAME any more."""
    program.endpoints().forbid(name)
    program.console.line(f"Nothing is sent to {name}.")


@endpoints.command()
@click.argument("name")
@click.pass_obj
def remove(program: Program, /, name: str) -> None:
    """Remove NAME from the settings, with its key and what it may get."""
    program.endpoints().remove(name)
    program.console.line(f"{name} is removed. Answers that it gave stay.")


@endpoints.command()
@click.argument("name")
@json_option
@click.pass_obj
def test(program: Program, /, name: str, as_json: bool) -> int:
    """Connect to NAME, find out what it can do, and let its first model say a word.

    Nothing of yours is sent.
    """
    with Interruption([signal.SIGINT]) as interruption:
        program.console.progress(f"asking {name}")
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
    more = f" and {len(can.models) - MODELS_SHOWN:,} more" if len(can.models) > MODELS_SHOWN else ""
    yield "server", f"{can.kind} {can.version}".strip()
    yield "models", ", ".join(names) + more or "none"
    yield from _capability_rows(can)
    if found.model and not found.problem:
        answer = one_line(found.answer or found.reasoning, 60)
        yield "answer", f"“{answer}” after {found.first_ms / 1000:,.1f} s, from {found.model}"
        yield "usage", "told" if found.usage else "not told: tokens are counted about"


def _capability_rows(can: Capabilities) -> Iterator[tuple[str, str]]:
    windows = {each.window for each in can.models}
    yield "window", f"{max(windows):,} tokens" if windows else "not told"
    yield (
        "tokens",
        "counted exactly" if can.counting == "exact" else "counted about, 10 % kept free",
    )
    yield "progress", "told while a prompt is read" if can.progress else "not told"
    yield "thoughts", f"in `{can.reasoning}`" if can.reasoning else "not known; any way is read"
    yield "continuing", "goes on with an unfinished answer" if can.continues else "begins anew"
    forms = [
        name for name, is_there in (("JSON", can.json_schema), ("grammar", can.grammar)) if is_there
    ]
    yield "forms", " and ".join(forms) or "none"
    for what, said in (("pictures", can.pictures), ("tools", can.tools)):
        yield what, "not told" if said is None else "yes" if said else "no"


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
        console.line(f"{one.kind} at {one.url}: {count(len(one.models), 'model')}")
        console.line(f"    assistant endpoints add {one.name} {one.url}")
    if not found:
        console.line("No program on this machine serves models on its usual port.")
    return 0


def _status(directory: Endpoints, name: str) -> EndpointStatus:
    found = next((one for one in directory.listed() if one.name == name), None)
    if found is None:
        raise NotFoundError(
            f"There is no endpoint called {name!r}.", "`assistant endpoints` lists them."
        )
    return found
