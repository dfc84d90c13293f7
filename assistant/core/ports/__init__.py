"""The seams: what the core needs from the outside, as Protocols."""

from assistant.core.ports.conversations import Clock, ConversationStore
from assistant.core.ports.library import Library
from assistant.core.ports.models import ChatModel, ModelCatalog, ModelDownloads, ModelTuning

__all__ = [
    "ChatModel",
    "Clock",
    "ConversationStore",
    "Library",
    "ModelCatalog",
    "ModelDownloads",
    "ModelTuning",
]
