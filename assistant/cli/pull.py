"""`assistant models pull`: fetching a model after its licence and size were accepted."""

from textwrap import wrap

import click

from assistant.cli.console import DIM, Console
from assistant.cli.interruption import Interruption
from assistant.cli.models import size_of
from assistant.cli.program import Program
from assistant.core.downloads import Fetched, Fetching, Offer
from assistant.core.errors import AccessError, AssistantError
from assistant.core.ports import ModelDownloads

WIDE = 160
"""Columns that the table of recommended models takes."""

INDENT = "    "

MINUTE, HOUR = 60, 3600


@click.command()
@click.argument("wanted", metavar="[REPOSITORY[:FILE]]", required=False)
@click.option("--yes", "-y", "accepted", is_flag=True, help="Accept licence and size unseen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event and line.")
@click.pass_obj
def pull(program: Program, /, wanted: str | None, accepted: bool, as_json: bool) -> int:
    """Fetch a model from Hugging Face, such as `Qwen/Qwen3-4B-GGUF:Q4_K_M`.

    Tells its licence and size and asks before it begins. A download that was stopped is gone on
    with. FILE is a file's name or a quantization. Without REPOSITORY it lists models that are
    worth fetching; nothing is connected to for that.
    """
    downloads, console = program.downloads(), program.console
    if wanted is None:
        _recommend(console, downloads, as_json)
        return 0
    offer, token = _find(program, downloads, wanted)
    if not accepted:
        _tell(console, offer)
        if program.ask is None:
            raise AssistantError(
                "Nobody is there to accept the licence.", "Read it, then give --yes."
            )
        if program.ask("Fetch it? [y/N]").strip().casefold() not in ("y", "yes", "s", "sim"):
            return 1
    with Interruption() as interruption:
        for event in downloads.fetch(offer, interruption.stop, token):
            if as_json:
                console.json(event.model_dump(), indent=None)
            elif isinstance(event, Fetched):
                console.line(event.path)
            else:
                console.progress(progress_of(event))
        console.end_progress()
        return interruption.exit_code


def progress_of(event: Fetching) -> str:
    """How far a download is, its rate and the time that is left."""
    told = f"fetching: {event.done / max(event.total, 1):.0%} of {size_of(event.total)}"
    if event.rate:
        told += f", {event.rate / 2**20:,.1f} MB/s"
    if event.seconds_left is not None:
        told += f", {_duration(event.seconds_left)} left"
    return told


def _duration(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h"


def _find(program: Program, downloads: ModelDownloads, wanted: str) -> tuple[Offer, str | None]:
    """What is offered, and the token that it took: none, the user's login, or one typed now."""
    try:
        return downloads.find(wanted), None
    except AccessError:
        if given := program.environment.get("HF_TOKEN"):
            return downloads.find(wanted, given), given
    try:
        return downloads.find(wanted, ""), ""
    except AccessError:
        if program.ask_secret is None:
            raise
        typed = program.ask_secret("Token (it is not stored)").strip()
        if not typed:
            raise
        return downloads.find(wanted, typed), typed


def _tell(console: Console, offer: Offer) -> None:
    names = [file.name for file in offer.files]
    more = f" and {len(names) - 1} more parts" if names[1:] else ""
    console.error(f"{offer.repository}: {names[0]}{more}")
    console.error(
        f"size {size_of(offer.size)}, licence {offer.licence or 'not told'} ({offer.url})"
    )


def _recommend(console: Console, downloads: ModelDownloads, as_json: bool) -> None:
    found = downloads.recommended()
    if as_json:
        for model in found:
            console.json(model.model_dump(), indent=None)
        return
    if console.width is not None and console.width < WIDE:
        for m in found:
            console.line(m.wanted)
            told = f"{size_of(m.size)}, {m.memory:g} GB of memory, {m.licence}; languages: "
            told += f"{m.languages}; {m.good_for}"
            for line in wrap(told, max(console.width - len(INDENT), 20)):
                console.styled(f"{INDENT}{line}", DIM)
        return
    rows = [
        (m.wanted, size_of(m.size), f"{m.memory:g} GB", m.licence, m.languages, m.good_for)
        for m in found
    ]
    console.table(
        rows, ("model", "size", "memory", "licence", "languages", "good for"), numbers=[1, 2]
    )
