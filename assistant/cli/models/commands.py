"""`assistant models`: the models on this machine, and whether they run here."""

import signal
from collections.abc import Sequence
from typing import Any

import click

from assistant.cli.indexing_report import looking_text
from assistant.cli.interruption import Interruption
from assistant.cli.models.pull import list_age, pull
from assistant.cli.program import Program, json_option
from assistant.core.values.models import (
    ModelDetails,
    ModelRef,
    fitting,
)
from assistant.core.values.tuning import CONTEST_TITLES, TunedOption, candidate_text
from assistant.core.wording import (
    card_problem_text,
    card_share_text,
    size,
)
from assistant.language.messages import _, localized, ngettext, number, pgettext

FROM = pgettext("where a model comes from", "from")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> int:
    """List the models on this machine, and download others.

    Without a command it lists them.
    """
    if context.invoked_subcommand is None:
        return int(context.invoke(list_, as_json=as_json))
    return 0


@models.command("list")
@json_option
@click.pass_obj
def list_(program: Program, /, as_json: bool) -> int:
    """List the models on this machine: what they are, and whether they run here; and the LoRA
    adapters, with the models that they fit.

    Looks into the models folder, the folders of the settings and those of other programs. Nothing
    is loaded; headers that were not seen before are read, which takes a while.
    """
    catalog, console = program.models(), program.console
    found: list[ModelDetails] = []
    with Interruption([signal.SIGINT]) as interruption:
        for details in catalog.details(interruption.stop):
            found.append(details)
            console.progress(looking_text(len(found)))
        console.end_progress()
        if interruption.stop.is_set():
            return interruption.exit_code
    choices = [one.model for one in found if one.fit != "adapter"]
    default = _default_model(choices, program.settings.chat.model)
    if as_json:
        listed = [
            _model_object(one, one.model is default) | _fitting_models(one, found) for one in found
        ]
        console.json({"models": listed, "folder": str(program.paths.models)})
        return 0
    usable = [one for one in found if one.fit not in ("damaged", "adapter", "no answer")]
    rows = [(_mark(one.model is default), *_model_row(one)) for one in usable]
    heading = (
        "",
        _("name"),
        _("size"),
        "quant",
        _("context"),
        _("verdict"),
        "tokens/s",
        _("licence"),
        FROM,
    )
    console.table(rows, heading, numbers=[2, 4, 6])
    adapters = [_adapter_row(one, found) for one in found if one.fit == "adapter"]
    if adapters:
        console.line()
        columns = (_("adapter"), _("size"), _("architecture"), _("fits"), FROM)
        console.table(adapters, columns, numbers=[1])
    for one in found:
        if one.fit == "damaged":
            console.line(
                _(
                    "skipped: {path} {damage}",
                    path=one.model.path,
                    damage=localized(one.facts.damage),
                )
            )
        if one.fit == "no answer":
            console.line(
                _("skipped: {name} {reason}", name=one.model.name, reason=localized(one.reason))
            )
    for problem in sorted({one.card_problem for one in found if one.card_problem}):
        console.line(card_problem_text(problem))
    if not found:
        console.error(
            _(
                "There is no model: put a GGUF file into {models}, or fetch one with "
                "`assistant models pull`.",
                models=program.paths.models,
            )
        )
    else:
        console.info(_("Put your own GGUF files into {models}.", models=program.paths.models))
    age = list_age(program.downloads())
    console.info(_("`assistant endpoints find` looks for other programs here that run models."))
    console.info(
        _("`assistant models pull` lists recommended downloads.")
        if age is None
        else _("`assistant models pull` lists recommended downloads, {age}.", age=age)
    )
    return 0


@models.command()
@click.argument("name", required=False)
@json_option
@click.pass_obj
def show(program: Program, /, name: str | None, as_json: bool) -> int:
    """Show all that is known about a model before it is loaded; without NAME, the default one."""
    catalog, console = program.models(), program.console
    reference = catalog.reference(name)
    with Interruption([signal.SIGINT]) as interruption:
        found = next(catalog.details(interruption.stop, reference), None)
        if interruption.stop.is_set() or found is None:
            return interruption.exit_code or 1
    used = program.tuning().in_use(name) if found.is_usable else ()
    recommended = catalog.recommended_sampling(name).model_dump(exclude_none=True)
    if as_json:
        runs_with = [one.model_dump() for one in used]
        console.json({**_model_object(found), "sampling": recommended, "runs_with": runs_with})
    else:
        values = ", ".join(f"{field} {number(value, 'g')}" for field, value in recommended.items())
        told = _("{values} (recommended by the file)", values=values)
        sampling = [(_("sampling"), told)] if values else []
        rows = [row for row in _detail_rows(found) if row[1]]
        console.table([*rows, *sampling, *map(_choice_row, used)])
    return 0


@models.command()
@click.argument("name", required=False)
@click.pass_obj
def path(program: Program, /, name: str | None) -> None:
    """Print the path of a model's file; without NAME the folder where your own models go."""
    if name is None:
        program.console.line(str(program.paths.models))
    else:
        program.console.line(program.models().reference(name).path)


def _default_model(found: Sequence[ModelRef], setting: str | None) -> ModelRef | None:
    """The model of the settings; without one the first, which is the starter model."""
    if setting is None:
        return found[0] if found else None
    wanted = setting.casefold().removesuffix(".gguf")
    return next((m for m in found if wanted == m.name.casefold() or setting == m.path), None)


def _model_row(one: ModelDetails) -> tuple[str, ...]:
    facts = one.facts
    kind = "" if facts.kind == "chat" else f" ({_(facts.kind)})"
    return (
        one.model.name,
        size(one.model.size) if one.model.origin != "endpoint" else "",
        facts.quantization,
        number(facts.trained_context) if facts.trained_context else "",
        f"{_(one.fit)}{kind}{_card(one)}",
        number(one.tokens_per_second, ",.0f") if one.tokens_per_second else "",
        facts.licence or ("" if one.model.origin == "endpoint" else _("unknown")),
        _(one.model.origin),
    )


def _adapter_row(one: ModelDetails, found: Sequence[ModelDetails]) -> tuple[str, ...]:
    fits = ", ".join(model.model.name for model in fitting(one, found))
    facts = one.facts
    return (
        one.model.name,
        size(one.model.size),
        facts.architecture,
        fits
        or (_("made for {base}", base=facts.base) if facts.base else _("no model on this machine")),
        _(one.model.origin),
    )


def _detail_rows(one: ModelDetails) -> list[tuple[str, str]]:
    facts = one.facts
    speed = one.tokens_per_second
    return [
        (_("name"), one.model.name),
        (_("title"), facts.title),
        (_("file"), one.model.path),
        (FROM, _(one.model.origin)),
        (_("size"), size(one.model.size)),
        (_("architecture"), facts.architecture),
        (_("made for"), facts.base),
        (_("parameters"), number(facts.parameters) if facts.parameters else ""),
        (_("quantization"), facts.quantization),
        (_("context"), _tokens(facts.trained_context) if facts.trained_context else ""),
        (_("licence"), facts.licence or _("unknown")),
        (_("template"), _template(one)),
        (_("verdict"), f"{_(one.fit)}. {localized(one.reason)}" if one.reason else _(one.fit)),
        (_("memory"), _("about {memory}", memory=size(one.memory)) if one.memory else ""),
        (_("graphics card"), _card_row(one)),
        (_("speed"), _("about {speed:,.0f} tokens/s", speed=speed) if speed else ""),
    ]


def _tokens(tokens: int) -> str:
    return ngettext("{n:,} token", "{n:,} tokens", tokens, n=tokens)


def _card(one: ModelDetails) -> str:
    told = card_share_text(one.on_card) if one.is_usable else ""
    return f", {told}" if told else ""


def _card_row(one: ModelDetails) -> str:
    """What cards have room for; how many layers are run there is told of each of `TunedOption`."""
    if one.card_problem:
        return _("left out: {reason}", reason=localized(one.card_problem))
    if one.on_card >= 1:
        return _("room for all of it")
    share = one.on_card * 100
    return _("room for {percent:.0f} % of it", percent=share) if share >= 1 else ""


def _choice_row(choice: TunedOption) -> tuple[str, str]:
    """What a model is run with, and where that comes from."""
    amount = candidate_text(choice.contest, choice.value)
    return _(CONTEST_TITLES[choice.contest]), f"{amount} ({_(choice.origin)})"


def _template(one: ModelDetails) -> str:
    if one.fit == "adapter":
        return ""
    if one.facts.template_problem:
        return localized(one.facts.template_problem)
    return _("its own") if one.facts.has_template else _("none: a common one is used")


def _model_object(one: ModelDetails, default: bool | None = None) -> dict[str, Any]:
    known = {
        **one.model.model_dump(),
        **one.facts.model_dump(exclude={"read_per_token", "memory_per_token", "weights"}),
        **one.model_dump(
            include={"fit", "reason", "memory", "on_card", "card_problem", "tokens_per_second"}
        ),
    }
    return known if default is None else {**known, "default": default}


def _fitting_models(one: ModelDetails, found: Sequence[ModelDetails]) -> dict[str, list[str]]:
    """The names of the models that an adapter fits."""
    if one.fit != "adapter":
        return {}
    return {"fits": [model.model.name for model in fitting(one, found)]}


def _mark(chosen: bool) -> str:
    return "*" if chosen else " "


models.add_command(pull)
