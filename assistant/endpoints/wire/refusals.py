"""Refusals: what a server says went wrong, in one sentence, and which field it does not take."""

import json
import re
from collections.abc import Collection
from typing import Any, Final

from assistant.core.errors import AssistantError, ContextOverflowError, EndpointError
from assistant.endpoints.wire.address import EndpointAddress
from assistant.endpoints.wire.chunks import amount, items, mapping, words
from assistant.language.messages import N_

MAX_TEXT: Final = 300
"""Characters of a server's own words that are shown."""

_TOO_LONG: Final = re.compile(
    r"exceed\w*context|context[_ ]length|context[_ ](?:size|window)|maximum context|too long|"
    r"too many tokens|reduce the length",
    re.IGNORECASE,
)
_TELLING: Final = frozenset({"error", "detail", "message"})
"""Fields of which one is there where an error is told."""

_NUMBER: Final = re.compile(r"\d[\d,]{2,}")


def told_error(value: object) -> dict[str, Any]:
    """The error in a JSON value, in whatever place a server puts it; empty where there is none."""
    if isinstance(value, list):
        value = next((each for each in value if mapping(each).get("error")), None)
    found = mapping(value)
    if not found.keys() & _TELLING:
        return {}
    error = found.get("error")
    if isinstance(error, str) and error:
        return {"message": error}
    if mapping(error):
        return mapping(error)
    if error:
        return {"message": json.dumps(error)}
    detail = found.get("detail")
    if isinstance(detail, str) and detail:
        return {"message": detail}
    if places := [mapping(each) for each in items(detail)]:
        where = [".".join(str(part) for part in items(each.get("loc"))) for each in places]
        what = [words(each.get("msg")) for each in places]
        told = [f"{place}: {text}" for place, text in zip(where, what, strict=True)]
        return {"message": "; ".join(told), "places": where}
    if words(found.get("message")) and words(found.get("object")) == "error":
        return found
    return {}


def text_of(error: dict[str, Any]) -> str:
    """A server's own words, as the end of a sentence."""
    told = words(error.get("message")) or words(error.get("type")) or words(error.get("code"))
    told = " ".join(told.split())
    told = told if len(told) <= MAX_TEXT else f"{told[: MAX_TEXT - 1]}…"
    return told.rstrip(". ")


def named_field(error: dict[str, Any], sent: Collection[str]) -> str:
    """The field of the request that a server does not take; empty where it names none of `sent`."""
    places = [words(error.get("param")), *(words(each) for each in items(error.get("places")))]
    for place in places:
        for part in place.replace("[", ".").split("."):
            if part in sent:
                return part
    text = text_of(error)
    named = (each for each in sorted(sent, key=len, reverse=True) if _is_named(each, text))
    return next(named, "")


def refusal(address: EndpointAddress, name: str, status: int, value: object) -> AssistantError:
    """The error of an answer that is none."""
    error = told_error(value)
    text = text_of(error)
    said = f": {text}" if text else ""
    if status in (400, 413, 422, 500) and is_too_long(error):
        return overflow(address, error)
    match status:
        case 401 | 403:
            return EndpointError(
                f"{address.host} does not accept the key of {name} (status {status}){said}.",
                f"Give another one with `assistant endpoints key {name}`.",
            )
        case 402:
            return EndpointError(f"{address.host} asks for payment{said}.", "Check your account.")
        case 404:
            return EndpointError(
                f"{address.host} does not know what was asked for (status 404){said}.",
                f"`assistant endpoints test {name}` lists its models.",
            )
        case 429:
            return EndpointError(
                f"{address.host} has been asked too often{said}.", "Ask again later."
            )
        case 503:
            return EndpointError(f"{address.host} is busy{said}.", "Ask again later.")
        case _ if 300 <= status < 400:
            return EndpointError(
                f"{address.host} sends to another address (status {status}): it is not asked.",
                "Put that address into the settings, if you trust it.",
            )
        case _:
            return EndpointError(
                f"{address.host} refuses the request (status {status}){said}.",
                f"`assistant endpoints test {name}` shows what it can do.",
            )


def failure_in_stream(address: EndpointAddress, error: dict[str, Any]) -> AssistantError:
    """The error of a server that fails in the middle of an answer."""
    if is_too_long(error):
        return overflow(address, error)
    text = text_of(error)
    said = f": {text}" if text else ""
    return EndpointError(
        f"{address.host} failed in the middle of the answer{said}.",
        "What was written is kept; ask again.",
    )


def is_too_long(error: dict[str, Any]) -> bool:
    """Whether a server says that the prompt does not fit its window."""
    told = " ".join(words(error.get(key)) for key in ("type", "code", "message"))
    return bool(_TOO_LONG.search(told))


def overflow(address: EndpointAddress, error: dict[str, Any]) -> ContextOverflowError:
    """The error for a prompt that is too long, with how much it is too long by, where that is
    told."""
    needed, window = amount(error.get("n_prompt_tokens")), amount(error.get("n_ctx"))
    if not (needed and window):
        numbers = [int(each.replace(",", "")) for each in _NUMBER.findall(text_of(error))]
        needed, window = (max(numbers), min(numbers)) if len(numbers) > 1 else (0, 0)
    excess = max(needed - window, 0)
    told = ""
    if excess:
        told = N_(f": {needed:,} tokens, and the window has {window:,}")
    return ContextOverflowError(
        f"The question is too long for the model on {address.host}{told}.",
        "Shorten it, or choose a model with a larger window.",
        excess=excess,
    )


def _is_named(field: str, text: str) -> bool:
    """Whether a sentence names a field; common words are named only in quotation marks."""
    if "_" in field:
        return re.search(rf"(?<!\w){re.escape(field)}(?!\w)", text) is not None
    return re.search(rf"['\"`]{re.escape(field)}['\"`]", text) is not None
