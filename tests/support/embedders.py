"""The embedders that tests run for real: their folders, and how each is opened."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from assistant.library.embedding.onnx import OnnxEmbedder
from assistant.library.embedding.sentence_transformers import (
    Embedder,
    SentenceTransformerEmbedder,
    starter_folder,
)


class RealEmbedder(NamedTuple):
    """One of the implementations, with an embedder of its kind on this machine."""

    folder: Path
    open: Callable[..., Embedder]
    """Takes the folder, and `tokens_at_once`."""
    weights: str
    """The file whose loss it cannot do without."""


def exported_folder() -> Path | None:
    """What `make embedder` made earlier, which takes a minute; None when it never ran."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assistant-build"
    place = Path(os.environ.get("ASSISTANT_BUILD_CACHE") or cache)
    found = sorted(place.glob("embedder-*/model/embedder.json"), key=lambda f: f.stat().st_mtime)
    return found[-1].parent if found else None


def real_embedder(kind: str) -> RealEmbedder | str:
    """The embedder of a kind, or why there is none."""
    if kind == "onnx":
        exported = exported_folder()
        if exported is None:
            return "the embedder is not exported: make embedder"
        return RealEmbedder(exported, OnnxEmbedder, "model.onnx")
    starter = starter_folder()
    if starter is None:
        return "the starter embedder is not installed"
    return RealEmbedder(starter, SentenceTransformerEmbedder, "model.safetensors")
