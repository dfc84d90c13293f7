"""Run before the program: what the package does to a process, undone for those it starts; and a
stand-in for what Chroma imports and never uses.

Chroma imports an exporter of traces over gRPC at its start, and builds one only when an address to
send them to is configured. gRPC takes 20 MB and a tenth of a second.
"""

import os
import sys
from types import ModuleType

_LIBRARIES = "LD_LIBRARY_PATH"
_EXPORTER = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"

# An editor or a clipboard tool must not be given this program's libraries. The loader of this
# process has read the variable already. A worker sets it again for itself if nothing tells it that
# it was started by its like.
for _name in [name for name in os.environ if name.startswith("_PYI_")]:
    del os.environ[_name]
_before = os.environ.pop(f"{_LIBRARIES}_ORIG", None)
os.environ.pop(_LIBRARIES, None)
if _before:
    os.environ[_LIBRARIES] = _before


class OTLPSpanExporter:
    """Refuses: nothing is ever sent anywhere."""

    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("traces cannot be exported from the packaged program")


_module = ModuleType(_EXPORTER)
_module.__dict__["OTLPSpanExporter"] = OTLPSpanExporter
sys.modules[_EXPORTER] = _module
