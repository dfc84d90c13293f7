"""Text lines of models and of LoRA adapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from assistant.core.turn.adapters import Adapters
from assistant.core.values.endpoints.status import EndpointTest
from assistant.core.values.models import (
    DownloadProgress,
    Fit,
    ModelDetails,
    Offer,
    RecommendedModel,
)
from assistant.core.values.sampling import AdapterUse
from assistant.core.wording import card_problem_text, card_share_text, count, duration, size
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Row, RowStack

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
    verdict = text.own(one.fit, FIT_STYLES[one.fit])
    if one.tokens_per_second and one.is_usable:
        verdict += text.muted(f" · {one.tokens_per_second:,.0f} tok/s")
    if one.on_card and one.is_usable:
        verdict += text.muted(f" · {card_share_text(one.on_card)}")
    if one.model.origin == "endpoint":
        return RowStack(Row(left, verdict))
    return RowStack(Row(left, verdict + text.muted(f" · {size(one.model.size):>8}")))


def recommended_line(one: RecommendedModel) -> RowStack:
    left = text.own("+ ", text.ACCENT) + text.line(one.name, 40)
    left += text.muted("  ") + text.line(one.good_for, 80, text.MUTED)
    return RowStack(Row(left, text.muted(f"fetch · {size(one.size):>8}")))


def model_details_lines(one: ModelDetails) -> RowStack:
    """Details of a model that the list has no room for."""
    facts = one.facts
    known = [
        facts.architecture,
        f"{facts.parameters / 1e9:,.1f}B parameters" if facts.parameters else "",
        f"{facts.trained_context:,} tokens" if facts.trained_context else "",
        f"licence {facts.licence or 'not told'}"
        if not facts.damage and one.model.origin != "endpoint"
        else "",
        "" if facts.has_template or facts.damage else "no template",
        f"from {one.model.origin}",
    ]
    reason = one.reason or (f"Takes about {size(one.memory)} of memory." if one.memory else "")
    if one.card_problem:
        reason = f"{reason} {card_problem_text(one.card_problem)}".strip()
    if facts.template_problem:
        problem = facts.template_problem
        reason = f"{reason} {problem[0].upper()}{problem[1:]}.".strip()
    return RowStack(
        Row(text.line(reason, 300)),
        Row(text.line(" · ".join(filter(None, known)), 300, text.MUTED)),
        Row(text.line(one.model.path, 400, text.MUTED)),
    )


def tested_line(found: EndpointTest) -> Content:
    """What a test of a server found, in a line."""
    can = found.capabilities
    if found.problem:
        return text.line(found.problem, 300)
    counts = "tokens counted exactly" if can.counting == "exact" else "tokens counted about"
    told = [
        f"{can.kind} answers after {found.first_ms / 1000:,.1f} s",
        count(len(can.models), "model"),
        f"window {max((each.window for each in can.models), default=0):,}",
        counts,
        "goes on with unfinished answers" if can.continues else "begins answers anew",
    ]
    return text.line(" · ".join(told), 300)


def recommended_details_lines(one: RecommendedModel) -> RowStack:
    return RowStack(
        Row(text.own("Enter asks for its exact size and licence, and fetches when you accept.")),
        Row(text.line(f"licence {one.licence} · {one.languages} languages", 200, text.MUTED)),
        Row(text.line(f"{one.wanted} · for {one.memory:g} GB of memory", 200, text.MUTED)),
    )


def download_line(offer: Offer, progress: DownloadProgress | None) -> RowStack:
    """Progress line of a download."""
    left = text.own("Fetching ") + text.line(offer.files[0].name, 80)
    if progress is None:
        return RowStack(Row(left, text.muted("begins")))
    done = f"{progress.done / max(progress.total, 1):.0%} of {size(progress.total)}"
    rate = f" · {size(int(progress.rate))}/s" if progress.rate else ""
    rest = progress.seconds_left
    wait = f" · {duration(rest)} left" if rest is not None else ""
    return RowStack(Row(left, text.own(f"{done}{rate}{wait}")))


PATH_HINT = "One that lies elsewhere is named by its path:"
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
    left = text.own("● " if is_chosen else "○ ", text.ACCENT) + text.own("as in your settings")
    return RowStack(
        Row(left + text.own("  ") + text.line(adapter_names(usual) or "none", 200, text.MUTED))
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
        return RowStack(Row(left, text.own(f"×{use.scale:g}", text.ACCENT)))
    return RowStack(Row(left + text.own("  ") + text.line(each.misfit, 80, text.MUTED)))


def adapter_details(each: OfferedAdapter | None) -> Content:
    """Details of an adapter that the list has no room for."""
    if each is None:
        return text.muted("What the settings say for this model, also when they change.")
    if each.details is None:
        return text.line(each.path, 300, text.MUTED)
    details = each.details
    facts = details.facts
    made_for = f"made for {facts.base}" if facts.base else facts.architecture
    known = [made_for, facts.quantization, size(details.model.size)]
    line = text.line(" · ".join(filter(None, known)), 200, text.MUTED)
    if each.misfit:
        why = details.reason if details.fit == "damaged" else f"It is {each.misfit}."
        line = text.line(why, 300) + text.own("\n") + line
    return line + text.own("\n") + text.line(details.model.path, 400, text.MUTED)


def no_adapters_lines(state: str, folder: Path | None) -> Content:
    """Where adapters can be put to be found, while there are none."""
    if state:
        return text.muted(state)
    where = text.line(str(folder), 300) if folder else text.own("the folder of your models")
    return (
        text.own("There is no adapter yet. A LoRA adapter is a GGUF file that goes into ")
        + where
        + text.own(f".\n{PATH_HINT}\n{PATH_EXAMPLE}")
    )


def adapter_names(uses: Sequence[AdapterUse]) -> str:
    """Names and scales of adapters in few words; empty for none."""
    return ", ".join(str(use) for use in uses)


def adapter_count(uses: Sequence[AdapterUse]) -> str:
    """How many adapters are on, for a narrow window."""
    return f"+{count(len(uses), 'adapter')}"


def short_name(name: str) -> str:
    """Name of an adapter without the folders of its path."""
    return str(AdapterUse(name=name))
