"""The embedders on disk: which folder is for which of them."""

import importlib.util
from pathlib import Path

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.library.embedding import Embedder, SentenceTransformerEmbedder, identity_of
from assistant.library.onnx_embedding import OnnxEmbedder, exported_identity, is_exported

_SETTING = "Check library.embedder in the settings."


def open_embedder(folder: Path) -> Embedder:
    """Load the embedder that a folder holds.

    Raises:
        ModelNotFoundError: there is no such folder.
        ModelFileError: it holds no embedder that can be used here.
    """
    _expect(folder)
    if is_exported(folder):
        return OnnxEmbedder(folder)
    if importlib.util.find_spec("sentence_transformers") is None:
        raise ModelFileError(
            f"The embedder in {folder} cannot be used: sentence-transformers, which runs it, is not"
            " part of the packaged program.",
            "Leave library.embedder empty, or install the assistant with pip.",
        )
    return SentenceTransformerEmbedder(folder)


def identity_in(folder: Path) -> str:
    """The identity of the embedder in a folder, without loading it.

    Raises:
        ModelNotFoundError: there is no such folder.
        ModelFileError: it cannot be read.
    """
    _expect(folder)
    try:
        return exported_identity(folder) if is_exported(folder) else identity_of(folder)
    except OSError as failure:
        raise ModelFileError(
            f"The embedder in {folder} cannot be read: {failure.strerror}.", _SETTING
        ) from None


def name_of(folder: Path) -> str:
    """What an embedder is called: a folder that is only called `model` has its name above."""
    return folder.parent.name if folder.name == "model" else folder.name


def _expect(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelNotFoundError(f"There is no embedder in {folder}.", _SETTING)
