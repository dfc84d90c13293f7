"""What is told of folders and files that are about to be added."""

from collections.abc import Iterator
from typing import Final

from textual.content import Content

from assistant.core.library import LeftOut, LeftOutReason, Survey
from assistant.tui import text
from assistant.tui.amounts import count, duration, size
from assistant.tui.disk import name_of
from assistant.tui.looking import Offer

REASONS: Final[dict[LeftOutReason, str]] = {
    "empty": "empty",
    "no_text": "without text",
    "encrypted": "encrypted",
    "corrupt": "damaged",
    "too_large": "too large",
    "timeout": "too slow to read",
    "unsupported": "of a kind that holds no text",
    "unreadable": "not readable",
    "ignored": "ignored by rule",
    "hidden": "hidden",
}
TOLD: Final = 4
"""Reasons that are told one by one."""


def question(offer: Offer, survey: Survey | None) -> Content:
    first = name_of((offer.folders or offer.paths)[0])
    named = text.line(f"{first}/" if offer.folders else first, 60)
    others = len(offer.paths) - 1
    more = text.own(f" and {count(others, 'other')}") if others else text.NOTHING
    ask = text.own("Add ", "bold")
    end = text.own(" ?", "bold")
    if survey is None or not offer.folders:
        return ask + named + more + end
    files = text.own(f"{count(survey.files + survey.unchanged, 'file')} from ", "bold")
    return ask + files + named + more + end


def facts(survey: Survey) -> Iterator[Content]:
    if survey.files:
        how_long = f"about {duration(survey.seconds)}" if survey.seconds else "time not known yet"
        yield text.own(f"{count(survey.files, 'file')} to read, {size(survey.bytes)}, {how_long}")
    elif survey.unchanged:
        yield text.own("Nothing new to read.")
    else:
        yield text.own("There is nothing to read.", "$text-warning")
    if survey.unchanged:
        yield text.muted(f"{survey.unchanged:,} in the library already, and not changed")
    for left_out in survey.left_out[:TOLD]:
        yield _left_out(left_out)
    rest = sum(each.count for each in survey.left_out[TOLD:])
    if rest:
        yield text.muted(f"{rest:,} left out for other reasons")


def _left_out(left_out: LeftOut) -> Content:
    told = text.muted(f"{left_out.count:,} left out: {REASONS[left_out.reason]}, ")
    such = "" if left_out.count == 1 else "such as "
    return told + text.muted(such) + text.line(name_of(left_out.example), 40, text.MUTED)
