"""How models are told in lines.

How LoRA adapters are told in lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from assistant.core.turn.adapters import Adapters
from assistant.core.values.models import Fetching, Fit, ModelDetails, Offer, Recommended
from assistant.core.values.sampling import AdapterUse
from assistant.tui.toolkit import text
from assistant.tui.toolkit.text import count, duration, size
from assistant.tui.toolkit.widgets import Row, Spread

FIT_STYLES: dict[Fit, str] = {
    "runs": "$text-success",
    "runs slowly": "$text-warning",
    "too big": "$text-error",
    "not supported": "$text-error",
    "damaged": "$text-error",
    "adapter": "$text-muted",
}


def model_line(one: ModelDetails, is_chosen: bool) -> Spread:
    """Name and quantization on the left, verdict, speed and size on the right."""
    left = text.own("● " if is_chosen else "  ", text.ACCENT) + text.line(one.model.name, 80)
    if one.facts.quantization:
        left += text.muted("  ") + text.line(one.facts.quantization, 12, text.MUTED)
    verdict = text.own(one.fit, FIT_STYLES[one.fit])
    if one.tokens_per_second and one.is_usable:
        verdict += text.muted(f" · {one.tokens_per_second:,.0f} tok/s")
    return Spread(Row(left, verdict + text.muted(f" · {size(one.model.size):>8}")))


def recommended_line(one: Recommended) -> Spread:
    left = text.own("+ ", text.ACCENT) + text.line(one.name, 40)
    left += text.muted("  ") + text.line(one.good_for, 80, text.MUTED)
    return Spread(Row(left, text.muted(f"fetch · {size(one.size):>8}")))


def details_lines(one: ModelDetails) -> Spread:
    """What the list has no room for."""
    facts = one.facts
    told = [
        facts.architecture,
        f"{facts.parameters / 1e9:,.1f}B parameters" if facts.parameters else "",
        f"{facts.trained_context:,} tokens" if facts.trained_context else "",
        f"licence {facts.licence or 'not told'}" if not facts.damage else "",
        "" if facts.has_template or facts.damage else "no template",
        f"from {one.model.origin}",
    ]
    reason = one.reason or (f"Takes about {size(one.memory)} of memory." if one.memory else "")
    return Spread(
        Row(text.line(reason, 300)),
        Row(text.line(" · ".join(filter(None, told)), 300, text.MUTED)),
        Row(text.line(one.model.path, 400, text.MUTED)),
    )


def recommended_lines(one: Recommended) -> Spread:
    return Spread(
        Row(text.own("Enter asks for its exact size and licence, and fetches when you accept.")),
        Row(text.line(f"licence {one.licence} · {one.languages} languages", 200, text.MUTED)),
        Row(text.line(f"{one.wanted} · for {one.memory:g} GB of memory", 200, text.MUTED)),
    )


def fetching_line(offer: Offer, progress: Fetching | None) -> Spread:
    """How far a download is."""
    left = text.own("Fetching ") + text.line(offer.files[0].name, 80)
    if progress is None:
        return Spread(Row(left, text.muted("begins")))
    done = f"{progress.done / max(progress.total, 1):.0%} of {size(progress.total)}"
    rate = f" · {size(int(progress.rate))}/s" if progress.rate else ""
    rest = progress.seconds_left
    wait = f" · {duration(rest)} left" if rest is not None else ""
    return Spread(Row(left, text.own(f"{done}{rate}{wait}")))


ANYWHERE = "One that lies elsewhere is named by its path:"
EXAMPLE = "/adapters /path/to/file.gguf"


@dataclass(frozen=True)
class Offered:
    """An adapter that can be turned on, or why it cannot."""

    name: str
    path: str
    details: ModelDetails | None = None
    """None for one that is on, but was not found among the models."""
    misfit: str = ""
    """Why it does not go with the model, in few words."""


def usual_line(usual: Adapters, *, is_chosen: bool) -> Spread:
    """That the settings are followed, and what they say."""
    left = text.own("● " if is_chosen else "○ ", text.ACCENT) + text.own("as in your settings")
    return Spread(Row(left + text.own("  ") + text.line(named(usual) or "none", 200, text.MUTED)))


def adapter_line(each: Offered, use: AdapterUse | None, typed: str) -> Spread:
    """Whether it is on and how much of it, or why it cannot be on.

    Args:
        typed: a scale that is not typed to its end.
    """
    mark = text.own("■ " if use else "□ ", text.MUTED if each.misfit else text.ACCENT)
    left = mark + text.line(short_name(each.name), 80, text.MUTED if each.misfit else "")
    if typed:
        return Spread(Row(left, text.own(f"×{typed}▏", text.ACCENT)))
    if use is not None:
        return Spread(Row(left, text.own(f"×{use.scale:g}", text.ACCENT)))
    return Spread(Row(left + text.own("  ") + text.line(each.misfit, 80, text.MUTED)))


def about_lines(each: Offered | None) -> Content:
    """What the list has no room for."""
    if each is None:
        return text.muted("What the settings say for this model, also when they change.")
    if each.details is None:
        return text.line(each.path, 300, text.MUTED)
    details = each.details
    facts = details.facts
    made_for = f"made for {facts.base}" if facts.base else facts.architecture
    told = [made_for, facts.quantization, size(details.model.size)]
    line = text.line(" · ".join(filter(None, told)), 200, text.MUTED)
    if each.misfit:
        why = details.reason if details.fit == "damaged" else f"It is {each.misfit}."
        line = text.line(why, 300) + text.own("\n") + line
    return line + text.own("\n") + text.line(details.model.path, 400, text.MUTED)


def nowhere_lines(state: str, folder: Path | None) -> Content:
    """Where adapters come from, while there are none."""
    if state:
        return text.muted(state)
    where = text.line(str(folder), 300) if folder else text.own("the folder of your models")
    return (
        text.own("There is no adapter yet. A LoRA adapter is a GGUF file that goes into ")
        + where
        + text.own(f".\n{ANYWHERE}\n{EXAMPLE}")
    )


def named(uses: Sequence[AdapterUse]) -> str:
    """Adapters in few words; empty for none."""
    return ", ".join(str(use) for use in uses)


def counted(uses: Sequence[AdapterUse]) -> str:
    """How many are on: what there is room for in a narrow window."""
    return f"+{count(len(uses), 'adapter')}"


def short_name(name: str) -> str:
    """A name without the folders of a path."""
    return str(AdapterUse(name=name))
