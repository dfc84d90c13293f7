"""Why llama.cpp does not take a model, in the same words before a load and after it."""

from collections.abc import Sequence

from assistant.engine.gguf import Header
from assistant.engine.machine import build

_UNKNOWN = {
    "unknown model architecture": ("architecture", "general.architecture"),
    "unknown pre-tokenizer": ("tokenizer", "tokenizer.ggml.pre"),
}
"""What llama.cpp logs, and what of the header it does not know then."""


def unknown_part(header: Header, errors: Sequence[str]) -> str:
    """What a newer llama.cpp may know, as the end of a sentence that begins with the model's name;
    empty where it is refused for another reason.

    Which version will is written nowhere on this machine: only that this one does not.

    Args:
        errors: what llama.cpp logged.
    """
    for sign, (what, key) in _UNKNOWN.items():
        if any(sign in line for line in errors):
            return (
                f"has the {what} {header.text(key)!r}, which this llama.cpp (llama-cpp-python "
                f"{build()}) does not know; a newer one may"
            )
    return ""
