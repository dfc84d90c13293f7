"""`assistant models pull`: a model is downloaded after its licence and size were accepted."""

from datetime import UTC, datetime
from textwrap import wrap

import click

from assistant.cli.console import DIM, Console, is_yes
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program
from assistant.core.errors import AccessError, AssistantError
from assistant.core.ports.models import ModelDownloads
from assistant.core.values.models import (
    Downloaded,
    DownloadProgress,
    Offer,
)
from assistant.core.wording import (
    age_of,
    size,
    time_left,
)
from assistant.language.messages import _, ngettext

TABLE_COLUMNS = 160
"""Columns that the table of recommended models takes."""

INDENT = "    "


@click.command()
@click.argument("wanted", metavar="[REPOSITORY[:FILE]]", required=False)
@click.option(
    "--yes", "-y", "accepted", is_flag=True, help="Accept licence and size without asking."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event and line.")
@click.pass_obj
def pull(program: Program, /, wanted: str | None, accepted: bool, as_json: bool) -> int:
    """Download a model from Hugging Face, such as `Qwen/Qwen3-4B-GGUF:Q4_K_M`.

    Tells its licence and size and asks before it begins. A download that was stopped is gone on
    with. FILE is a file's name or a quantization. Without REPOSITORY it lists models that are
    worth fetching; nothing is connected to for that.
    """
    downloads, console = program.downloads(), program.console
    if wanted is None:
        _print_recommended(console, downloads, as_json)
        return 0
    offer, token = _find_offer(program, downloads, wanted)
    if not accepted:
        _print_offer(console, offer)
        if program.ask is None:
            raise AssistantError(
                "There is no terminal to ask about the licence.",
                "Read the licence, then use --yes.",
            )
        if not is_yes(program.ask(_("Download it? [y/N]"))):
            return 1
    with Interruption() as interruption:
        for event in downloads.fetch(offer, interruption.stop, token):
            if as_json:
                console.json(event.model_dump(), indent=None)
            elif isinstance(event, Downloaded):
                console.line(event.path)
            else:
                console.progress(download_progress(event))
        console.end_progress()
        return interruption.exit_code


def download_progress(event: DownloadProgress) -> str:
    """Progress line of a download: how far it is, its rate and the time that is left."""
    progress = _(
        "downloading: {done:.0%} of {total}",
        done=event.done / max(event.total, 1),
        total=size(event.total),
    )
    if event.rate:
        progress += f", {size(event.rate)}/s"
    if event.seconds_left is not None:
        progress += f", {time_left(event.seconds_left)}"
    return progress


def _find_offer(
    program: Program, downloads: ModelDownloads, wanted: str
) -> tuple[Offer, str | None]:
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
        typed = program.ask_secret(_("Token (it is not stored)")).strip()
        if not typed:
            raise
        return downloads.find(wanted, typed), typed


def _print_offer(console: Console, offer: Offer) -> None:
    file, more = offer.files[0].name, len(offer.files) - 1
    if more:
        file = ngettext(
            "{file} and {n} more part", "{file} and {n} more parts", more, file=file, n=more
        )
    console.error(f"{offer.repository}: {file}")
    console.error(
        _(
            "size {size}, licence {licence} ({url})",
            size=size(offer.size),
            licence=offer.licence or _("unknown"),
            url=offer.url,
        )
    )


def list_age(downloads: ModelDownloads) -> str | None:
    """How old the list of models worth fetching is."""
    made = next((model.as_of for model in downloads.recommended()), None)
    today = datetime.now(UTC).date()
    if made is None:
        return None
    day = made.strftime(_("%Y-%m-%d"))
    return _("a list of {day}, {age}", day=day, age=age_of(made, today))


def _print_recommended(console: Console, downloads: ModelDownloads, as_json: bool) -> None:
    found = downloads.recommended()
    if as_json:
        for model in found:
            console.json(model.model_dump(mode="json"), indent=None)
        return
    age = list_age(downloads)
    console.info(
        _("Recommended downloads.") if age is None else _("Recommended downloads, {age}.", age=age)
    )
    if console.width is not None and console.width < TABLE_COLUMNS:
        for m in found:
            console.line(m.wanted)
            about = _(
                "{size}, {memory:g} GB of memory, {licence}; languages: {languages}; {good_for}",
                size=size(m.size),
                memory=m.memory,
                licence=m.licence,
                languages=_(m.languages),
                good_for=_(m.good_for),
            )
            for line in wrap(about, max(console.width - len(INDENT), 20)):
                console.styled(f"{INDENT}{line}", DIM)
        return
    rows = [
        (
            m.wanted,
            size(m.size),
            _("{memory:g} GB", memory=m.memory),
            m.licence,
            _(m.languages),
            _(m.good_for),
        )
        for m in found
    ]
    console.table(
        rows,
        (
            _("model"),
            _("size"),
            _("memory"),
            _("licence"),
            _("languages"),
            _("good for"),
        ),
        numbers=[1, 2],
    )
