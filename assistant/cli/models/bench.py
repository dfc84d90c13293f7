"""`assistant bench`: benchmark of threads, batch sizes and graphics cards on this machine."""

from collections.abc import Iterator, Sequence
from statistics import median

import click

from assistant.cli.console import Console
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, json_option
from assistant.core.values.events import Loading
from assistant.core.values.tuning import (
    CONTEST_TITLES,
    CandidateMeasured,
    Contest,
    ContestOutcome,
    Tuned,
    TunedOption,
    candidate_text,
)
from assistant.language.messages import _, ngettext, number

HEADING = ("", "", "tokens/s", "±", _("times"))
NUMBER_COLUMNS = (2, 3, 4)
NOISE_LIMIT = 0.1
"""Noise from which on a quieter moment would tell more."""

THREADS: tuple[Contest, ...] = ("writing", "reading")

BAR_COLUMNS = 20
"""Columns of the longest bar."""


@click.command()
@click.argument("model", required=False)
@click.option("--quick", is_flag=True, help="Measure for a few seconds only, less exactly.")
@click.option("--forget", is_flag=True, help="Forget what was found: of MODEL, or of all models.")
@json_option
@click.pass_obj
def bench(program: Program, /, model: str | None, quick: bool, forget: bool, as_json: bool) -> int:
    """Find out how a model runs fastest on this machine, and remember it.

    Measures how fast MODEL, or the default one, writes and reads with so many threads, and how many
    tokens of a prompt are best computed at once; with a graphics card also how many layers are best
    computed there, and whether with flash attention. What is faster than usual by more than the
    noise is taken from then on, where the settings leave the choice. It takes a minute or two, best
    while nothing else computes; Ctrl+C ends it and changes nothing.
    """
    tuning, console = program.tuning(), program.console
    if forget:
        forgotten = tuning.forget(model)
        if as_json:
            console.json({"forgotten": forgotten})
        else:
            console.line(
                ngettext(
                    "Forgot {n:,} measurement.",
                    "Forgot {n:,} measurements.",
                    forgotten,
                    n=forgotten,
                )
            )
        return 0
    table, tuned = MeasurementTable(), None
    with Interruption() as interruption:
        for event in tuning.measure(model, interruption.stop, quick=quick):
            if isinstance(event, Tuned):
                tuned = event
            elif isinstance(event, Loading):
                console.progress(
                    _("loading {model}: {done:.0%}", model=event.model, done=event.done)
                )
            else:
                table.add(event)
                console.redraw(table.current_contest())
        console.end_progress()
        if tuned is None:
            console.info(_("Stopped: the earlier result still applies."))
            return interruption.exit_code
    if as_json:
        console.json({**tuned.model_dump(mode="json"), "speeds": table.speeds()})
    else:
        _print_tuned(console, table, tuned, tuning.in_use(model))
    return 0


class MeasurementTable:
    """Table of the measurements so far."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Contest, int], list[float]] = {}
        self._usual: dict[Contest, int] = {}
        self._last: CandidateMeasured | None = None

    def add(self, measured: CandidateMeasured) -> None:
        """Add a measurement."""
        self._rows.setdefault((measured.contest, measured.value), []).append(measured.speed)
        if measured.usual:
            self._usual[measured.contest] = measured.value
        self._last = measured

    def current_contest(self) -> list[str]:
        """Lines of the contest that is on, with bars."""
        last = self._last
        if last is None:
            return []
        rows = [(value, s) for (what, value), s in self._rows.items() if what == last.contest]
        most = max(median(speeds) for _value, speeds in rows)
        lines = [
            _(
                "{done} of {total} measurements: {contest}",
                done=last.done,
                total=last.total,
                contest=_(CONTEST_TITLES[last.contest]),
            )
        ]
        for value, speeds in rows:
            bar = "█" * round(BAR_COLUMNS * median(speeds) / most)
            mark = _("default") if self._usual.get(last.contest) == value else ""
            name, speed = _short_text(last.contest, value), number(median(speeds), ",.1f")
            lines.append(f"{name:>6} {bar:<{BAR_COLUMNS}} {speed:>9} tokens/s {mark}")
        return lines

    def rows(self) -> Iterator[Sequence[str]]:
        """Rows of the table, one for each value that was measured."""
        before = None
        for (what, value), speeds in self._rows.items():
            yield (
                _(CONTEST_TITLES[what]) if what != before else "",
                candidate_text(what, value),
                number(median(speeds), ",.1f"),
                f"{(max(speeds) - min(speeds)) / 2 / median(speeds):.0%}",
                f"{len(speeds)}",
            )
            before = what

    def speeds(self) -> list[dict[str, object]]:
        return [
            {"contest": what, "value": value, "tokens_per_second": speeds}
            for (what, value), speeds in self._rows.items()
        ]


def _print_tuned(
    console: Console, table: MeasurementTable, tuned: Tuned, used: Sequence[TunedOption]
) -> None:
    console.table(list(table.rows()), HEADING, numbers=NUMBER_COLUMNS)
    console.line()
    for outcome in tuned.tuning.outcomes:
        console.line(f"{_(CONTEST_TITLES[outcome.contest])}: {_outcome_text(outcome)}")
    if any(one.contest in THREADS and one.best > one.usual for one in tuned.tuning.outcomes):
        console.info(_("With all cores in use, any other busy program slows answers down a lot."))
    if max(one.noise for one in tuned.tuning.outcomes) > NOISE_LIMIT:
        console.info(_("Results vary: repeat when the machine is idle."))
    own = [choice for choice in used if choice.origin == "your settings"]
    if own:
        names = ", ".join(sorted({_KEYS[choice.contest] for choice in own}))
        console.info(_("Your settings override it: {names}.", names=names))


_KEYS: dict[Contest, str] = {
    "layers": "gpu_layers",
    "attention": "flash_attention",
    "writing": "threads",
    "reading": "threads",
    "batch": "batch",
}


def _short_text(contest: Contest, value: int) -> str:
    return candidate_text(contest, value) if contest == "attention" else str(value)


def _outcome_text(outcome: ContestOutcome) -> str:
    best = candidate_text(outcome.contest, outcome.best)
    if outcome.best == outcome.usual:
        return _(
            "{best} (default); nothing is faster by more than the noise of {noise:.0%}",
            best=best,
            noise=outcome.noise,
        )
    return _(
        "{best}, {gain:.0%} faster than the default {usual} (noise {noise:.0%})",
        best=best,
        gain=outcome.gain,
        usual=_short_text(outcome.contest, outcome.usual),
        noise=outcome.noise,
    )
