"""How LoRA adapters are told in lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from assistant.core.adapters import Adapters
from assistant.core.model_details import ModelDetails
from assistant.core.models import AdapterUse
from assistant.tui import text
from assistant.tui.amounts import count, size
from assistant.tui.widgets.spread import Row, Spread

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
