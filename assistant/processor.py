"""Whether this processor runs the native libraries: a sentence, no illegal instruction."""

from assistant.core.errors import AssistantError


class ProcessorError(AssistantError):
    """The processor lacks instructions that every build of a library is compiled for."""

    exit_code = 6


def require_processor() -> None:
    """Raise ProcessorError if the native libraries cannot run here.

    numpy asks the least of what a worker imports, asks the processor itself, and is imported
    anyhow.
    """
    try:
        import numpy  # noqa: F401, PLC0415 -- what it raises is what is asked for
    except RuntimeError as failure:
        reason = " ".join(str(failure).split()).rstrip(".")
        raise ProcessorError(
            f"This processor is too old for the libraries the program stands on: {reason}.",
            "A processor of the level x86-64-v2 is needed (SSE4.2: Intel since 2009, AMD since "
            "2011).",
        ) from None
