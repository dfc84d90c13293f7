"""Download worker: the only process of the program that talks to a network.

It reads one request as JSON, answers with one event per line, and ends when its input does.
"""

import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def main() -> None:
    """Serve one request."""
    for name in OFFLINE_VARIABLES:
        os.environ[name] = "0"
    # Xet brings its own threads, cache and log; plain HTTP can be gone on with and checked.
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    # Libraries read the variables above when they are imported.
    from assistant.core.errors import AssistantError, DownloadError  # noqa: PLC0415

    try:
        _serve(request)
    except AssistantError as failure:
        _send({"error": type(failure).__name__, "message": failure.message, "hint": failure.hint})
    except OSError as failure:
        error = DownloadError(f"The model cannot be stored: {failure.strerror or failure}.")
        _send({"error": "DownloadError", "message": error.message, "hint": "See the disk."})
    except Exception as failure:  # noqa: BLE001 -- the process border: whoever asked needs a reason
        reason = f"{type(failure).__name__}: {failure}".splitlines()[0]
        message = f"The download failed unexpectedly ({reason})."
        _send({"error": "DownloadError", "message": message, "hint": "Try again."})


def _serve(request: Mapping[str, Any]) -> None:
    from assistant.core.values.models import Downloaded, Offer  # noqa: PLC0415
    from assistant.engine.download.hub import Hub  # noqa: PLC0415

    hub = Hub(request["endpoint"], request["token"])
    if "wanted" in request:
        _send({"offer": hub.find(request["wanted"]).model_dump()})
        return
    offer = Offer.model_validate(request["offer"])
    folder = Path(request["folder"]).joinpath(*offer.repository.split("/"))
    for event in hub.fetch(offer, folder, patience=request["patience"]):
        _send(event.model_dump())
    _send(Downloaded(path=str(folder / offer.files[0].name)).model_dump())


def _end_with_input() -> None:
    """Whoever asked has gone; what arrived stays and is gone on with the next time."""
    sys.stdin.read()
    os._exit(0)


def _send(event: Mapping[str, Any]) -> None:
    print(json.dumps(event), flush=True)
