"""How models are told in lines."""

from assistant.core.downloads import Fetching, Offer, Recommended
from assistant.core.model_details import Fit, ModelDetails
from assistant.tui import text
from assistant.tui.amounts import duration, size
from assistant.tui.widgets.spread import Row, Spread

STYLES: dict[Fit, str] = {
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
    verdict = text.own(one.fit, STYLES[one.fit])
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
