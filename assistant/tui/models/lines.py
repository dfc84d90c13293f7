"""Text lines of models and of LoRA adapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.content import Content

from assistant.core.turn.adapters import Adapters
from assistant.core.values.endpoints.status import EndpointTest, FoundServer
from assistant.core.values.models import (
    DownloadProgress,
    Fit,
    ModelDetails,
    ModelOrigin,
    Offer,
    RecommendedModel,
)
from assistant.core.values.sampling import AdapterUse
from assistant.core.wording import (
    card_problem_text,
    card_share_text,
    size,
    time_left,
    tokens_text,
)
from assistant.language.messages import _, localized, ngettext, number, pgettext
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Row, RowStack

FIT_TEXTS: Final[dict[Fit, str]] = {
    "runs": pgettext("model", "runs"),
    "runs slowly": pgettext("model", "runs slowly"),
    "too big": pgettext("model", "too big"),
    "not supported": pgettext("model", "not supported"),
    "damaged": pgettext("model", "damaged"),
    "adapter": pgettext("model", "adapter"),
    "elsewhere": pgettext("model", "elsewhere"),
    "no answer": pgettext("model", "no answer"),
}
"""What becomes of a model on this machine."""

ORIGIN_TEXTS: Final[dict[ModelOrigin, str]] = {
    "starter": _("starter"),
    "models folder": _("models folder"),
    "path": _("path"),
    "folder": _("folder"),
    "endpoint": _("endpoint"),
}
"""Where a model was found; the others are names of programs."""

FIT_STYLES: dict[Fit, str] = {
    "runs": "$text-success",
    "runs slowly": "$text-warning",
    "too big": "$text-error",
    "not supported": "$text-error",
    "damaged": "$text-error",
    "adapter": "$text-muted",
    "elsewhere": "$text-success",
    "no answer": "$text-error",
}


def model_line(one: ModelDetails, is_chosen: bool) -> RowStack:
    """Line of a model: name and quantization left, verdict, speed and size right."""
    left = text.own("● " if is_chosen else "  ", text.ACCENT) + text.line(one.model.name, 80)
    if one.facts.quantization:
        left += text.muted("  ") + text.line(one.facts.quantization, 12, text.MUTED)
    verdict = text.own(FIT_TEXTS[one.fit], FIT_STYLES[one.fit])
    if one.tokens_per_second and one.is_usable:
        speed = _("{tokens:,.0f} tok/s", tokens=one.tokens_per_second)
        verdict += text.muted(f" · {speed}")
    if one.on_card and one.is_usable:
        verdict += text.muted(f" · {card_share_text(one.on_card)}")
    if one.model.origin == "endpoint":
        return RowStack(Row(left, verdict))
    return RowStack(Row(left, verdict + text.muted(f" · {size(one.model.size):>8}")))


def recommended_line(one: RecommendedModel) -> RowStack:
    left = text.own("+ ", text.ACCENT) + text.line(one.name, 40)
    left += text.muted("  ") + text.line(localized(one.good_for), 80, text.MUTED)
    return RowStack(Row(left, text.muted(f"{_('download')} · {size(one.size):>8}")))


def model_details_lines(one: ModelDetails) -> RowStack:
    """Details of a model that the list has no room for."""
    facts = one.facts
    known = [
        facts.architecture,
        _("{parameters:,.1f}B parameters", parameters=facts.parameters / 1e9)
        if facts.parameters
        else "",
        tokens_text(facts.trained_context) if facts.trained_context else "",
        _("licence {licence}", licence=facts.licence or _("unknown"))
        if not facts.damage and one.model.origin != "endpoint"
        else "",
        "" if facts.has_template or facts.damage else _("no template"),
        _("from {origin}", origin=ORIGIN_TEXTS.get(one.model.origin, one.model.origin)),
    ]
    reason = localized(one.reason)
    if not reason and one.memory:
        reason = _("Needs about {memory} of memory.", memory=size(one.memory))
    if one.card_problem:
        reason = f"{reason} {card_problem_text(one.card_problem)}".strip()
    if facts.template_problem:
        problem = localized(facts.template_problem)
        reason = f"{reason} {problem[0].upper()}{problem[1:]}.".strip()
    return RowStack(
        Row(text.line(reason, 300)),
        Row(text.line(" · ".join(filter(None, known)), 300, text.MUTED)),
        Row(text.line(one.model.path, 400, text.MUTED)),
    )


def found_line(one: FoundServer) -> RowStack:
    """Line of a server of another program here, which could be added."""
    left = text.own("+ ", text.ACCENT) + text.line(one.name, 40)
    left += text.muted("  ") + text.line(
        _("{server} at {url}", server=one.kind, url=one.url), 80, text.MUTED
    )
    models = len(one.models)
    listed = ngettext("{models:,} model", "{models:,} models", models, models=models)
    return RowStack(Row(left, text.muted(f"{_('add')} · {listed}")))


def found_details_lines(one: FoundServer) -> RowStack:
    names = ", ".join(one.models)
    return RowStack(
        Row(text.own(_("Enter adds and tests it. Nothing leaves this machine."))),
        Row(text.line(names, 300, text.MUTED)),
        Row(
            text.line(_("Its models are called {name}/MODEL then.", name=one.name), 200, text.MUTED)
        ),
    )


def tested_line(found: EndpointTest) -> Content:
    """What a test of a server found, in a line."""
    can = found.capabilities
    if found.problem:
        return text.line(localized(found.problem), 300)
    counts = _("tokens counted exactly") if can.counting == "exact" else _("tokens estimated")
    told = [
        _(
            "{server} answers after {seconds:,.1f} s",
            server=can.kind,
            seconds=found.first_ms / 1000,
        ),
        ngettext("{models:,} model", "{models:,} models", len(can.models), models=len(can.models)),
        _("window {window:,}", window=max((each.window for each in can.models), default=0)),
        counts,
        _("can continue unfinished answers")
        if can.continues
        else _("cannot continue unfinished answers"),
    ]
    return text.line(" · ".join(told), 300)


def recommended_details_lines(one: RecommendedModel) -> RowStack:
    return RowStack(
        Row(text.own(_("Enter shows size and licence before it downloads."))),
        Row(
            text.line(
                _(
                    "licence {licence} · {languages} languages",
                    licence=one.licence,
                    languages=one.languages,
                ),
                200,
                text.MUTED,
            )
        ),
        Row(
            text.line(
                _("{model} · for {memory:g} GB of memory", model=one.wanted, memory=one.memory),
                200,
                text.MUTED,
            )
        ),
    )


def download_line(offer: Offer, progress: DownloadProgress | None) -> RowStack:
    """Progress line of a download."""
    left = text.filled(_("Downloading {file}"), file=text.line(offer.files[0].name, 80))
    if progress is None:
        return RowStack(Row(left, text.muted(_("starting"))))
    parts = [
        _(
            "{share:.0%} of {total}",
            share=progress.done / max(progress.total, 1),
            total=size(progress.total),
        )
    ]
    if progress.rate:
        parts.append(_("{size}/s", size=size(int(progress.rate))))
    if progress.seconds_left is not None:
        parts.append(time_left(progress.seconds_left))
    return RowStack(Row(left, text.own(" · ".join(parts))))


PATH_HINT = _("For one in another folder, give its path:")
PATH_EXAMPLE = "/adapters /path/to/file.gguf"


@dataclass(frozen=True)
class OfferedAdapter:
    """Adapter that can be turned on, or why it cannot."""

    name: str
    path: str
    details: ModelDetails | None = None
    """None for one that is on, but was not found among the models."""
    misfit: str = ""
    """Why it does not go with the model, in few words."""


def defaults_line(usual: Adapters, *, is_chosen: bool) -> RowStack:
    """Line of the adapters that the settings name."""
    left = text.own("● " if is_chosen else "○ ", text.ACCENT) + text.own(_("as in your settings"))
    return RowStack(
        Row(
            left
            + text.own("  ")
            + text.line(adapter_names(usual) or pgettext("adapters", "none"), 200, text.MUTED)
        )
    )


def adapter_line(each: OfferedAdapter, use: AdapterUse | None, typed: str) -> RowStack:
    """Line of an adapter: whether it is on and its scale, or why it cannot be on.

    Args:
        typed: a scale that is not typed to its end.
    """
    mark = text.own("■ " if use else "□ ", text.MUTED if each.misfit else text.ACCENT)
    left = mark + text.line(short_name(each.name), 80, text.MUTED if each.misfit else "")
    if typed:
        return RowStack(Row(left, text.own(f"×{typed}▏", text.ACCENT)))
    if use is not None:
        return RowStack(Row(left, text.own(f"×{number(use.scale, 'g')}", text.ACCENT)))
    return RowStack(Row(left + text.own("  ") + text.line(localized(each.misfit), 80, text.MUTED)))


def adapter_details(each: OfferedAdapter | None) -> Content:
    """Details of an adapter that the list has no room for."""
    if each is None:
        return text.muted(_("Follows your settings for this model."))
    if each.details is None:
        return text.line(each.path, 300, text.MUTED)
    details = each.details
    facts = details.facts
    made_for = _("made for {base}", base=facts.base) if facts.base else facts.architecture
    known = [made_for, facts.quantization, size(details.model.size)]
    line = text.line(" · ".join(filter(None, known)), 200, text.MUTED)
    if each.misfit:
        why = _("It is {misfit}.", misfit=localized(each.misfit))
        if details.fit == "damaged":
            why = localized(details.reason)
        line = text.line(why, 300) + text.own("\n") + line
    return line + text.own("\n") + text.line(details.model.path, 400, text.MUTED)


def no_adapters_lines(state: str, folder: Path | None) -> Content:
    """Where adapters can be put to be found, while there are none."""
    if state:
        return text.muted(state)
    where = text.line(str(folder), 300) if folder else text.own(_("the folder of your models"))
    return text.filled(
        _("No adapters yet. Put LoRA adapters (GGUF files) into {folder}."),
        folder=where,
    ) + text.own(f"\n{PATH_HINT}\n{PATH_EXAMPLE}")


def adapter_names(uses: Sequence[AdapterUse]) -> str:
    """Names and scales of adapters in few words; empty for none."""
    return ", ".join(str(use) for use in uses)


def adapter_count(uses: Sequence[AdapterUse]) -> str:
    """How many adapters are on, for a narrow window."""
    adapters = len(uses)
    return ngettext("+{adapters:,} adapter", "+{adapters:,} adapters", adapters, adapters=adapters)


def short_name(name: str) -> str:
    """Name of an adapter without the folders of its path."""
    return str(AdapterUse(name=name))
