"""Download worker: the only process of the program that talks to a network.

It reads one request as JSON, answers with one event per line, and ends when its input does.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.ipc.process import JsonLines, end_with_input, reason_of

MAX_MEMORY = 2**30
"""Bytes of addresses: what a server says of a repository is unpacked as a whole."""
OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def main() -> None:
    """Serve one request."""
    for name in OFFLINE_VARIABLES:
        os.environ[name] = "0"
    # Xet brings its own threads, cache and log; plain HTTP can be gone on with and checked.
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
    answers = JsonLines()
    request = json.loads(sys.stdin.readline())
    # What arrived stays, and is gone on with the next time.
    end_with_input()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    # Libraries read the variables above when they are imported.
    from assistant.core.errors import AssistantError, DownloadError  # noqa: PLC0415

    try:
        _serve(request, answers)
    except AssistantError as failure:
        answers.write(
            {"error": type(failure).__name__, "message": failure.message, "hint": failure.hint}
        )
    except OSError as failure:
        reason = failure.strerror or str(failure)
        error = DownloadError(f"The model cannot be stored: {reason}.", "Check the disk.")
        answers.write({"error": "DownloadError", "message": error.message, "hint": error.hint})
    except MemoryError:
        error = DownloadError(
            f"{request['endpoint']} sent more than a model server does.",
            "Check models.endpoint.",
        )
        answers.write({"error": "DownloadError", "message": error.message, "hint": error.hint})
    except Exception as failure:  # noqa: BLE001 -- the process border: whoever asked needs a reason
        error = DownloadError(
            f"The download failed unexpectedly ({reason_of(failure)}).", "Try again."
        )
        answers.write({"error": "DownloadError", "message": error.message, "hint": error.hint})


def _serve(request: Mapping[str, Any], answers: JsonLines) -> None:
    from assistant.core.values.models import Downloaded, Offer  # noqa: PLC0415
    from assistant.engine.download.hub import Hub  # noqa: PLC0415

    hub = Hub(request["endpoint"], request["token"])
    if "wanted" in request:
        answers.write({"offer": hub.find(request["wanted"]).model_dump()})
        return
    offer = Offer.model_validate(request["offer"])
    folder = Path(request["folder"]).joinpath(*offer.repository.split("/"))
    for event in hub.fetch(offer, folder, patience=request["patience"]):
        answers.write(event.model_dump())
    answers.write(Downloaded(path=str(folder / offer.files[0].name)).model_dump())
