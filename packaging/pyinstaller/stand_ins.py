"""Run before the program: stands in for what Chroma imports and never uses.

Chroma imports an exporter of traces over gRPC at its start, and builds one only when an address to
send them to is configured. gRPC takes 20 MB and a tenth of a second.
"""

import sys
from types import ModuleType

_EXPORTER = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"


class OTLPSpanExporter:
    """Refuses: nothing is ever sent anywhere."""

    def __init__(self, *arguments: object, **options: object) -> None:
        raise RuntimeError("traces cannot be exported from the packaged program")


_module = ModuleType(_EXPORTER)
_module.__dict__["OTLPSpanExporter"] = OTLPSpanExporter
sys.modules[_EXPORTER] = _module
