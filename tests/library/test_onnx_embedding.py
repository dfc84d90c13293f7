"""The exported embedder gives what sentence-transformers gives, and refuses what is damaged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.library.embedding.onnx import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, OnnxEmbedder
from assistant.library.embedding.sentence_transformers import SentenceTransformerEmbedder
from assistant.library.embedding.serving import open_embedder

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
TEXTS = [
    "The cat sleeps on the warm stone wall behind the bakery.",
    "A tenant may give notice in writing thirty days before leaving the flat.",
    "O gato dorme às três da manhã; ninguém o acorda.",
    "O inquilino deve avisar com trinta dias de antecedência, por escrito.",
    "naïve façade – coöperate 北京 東京 🙂 ﷺ",
    "def f(x):\n\treturn x**2  # ²",
    "1.234,56 € (IVA 23 %)",
    "word " * 1000,
    "x" * 5000,
    "",
    "   ",
    "\x00\x01 a \ud800 b",
]
QUESTIONS = ["When may a tenant leave?", "Quando pode sair o inquilino?", "Where is the cat?"]


def _exported() -> Path | None:
    """The folder the recipe made earlier; making it takes a minute and is `make embedder`."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assistant-build"
    place = Path(os.environ.get("ASSISTANT_BUILD_CACHE") or cache)
    found = sorted(place.glob("embedder-*/model/embedder.json"), key=lambda f: f.stat().st_mtime)
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def folder() -> Path:
    found = _exported()
    if found is None:
        pytest.skip("the embedder is not exported: make embedder")
    return found


@pytest.fixture(scope="module")
def exported(folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(folder)


@pytest.fixture
def copied(folder: Path, home: Path) -> Path:
    return Path(shutil.copytree(folder, home / "embedder"))


def test_its_vectors_can_stand_beside_those_of_sentence_transformers(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    ours, theirs = exported.embed(TEXTS), embedder.embed(TEXTS)

    assert exported.identity == embedder.identity
    assert ours.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert (ours * theirs).sum(axis=1).min() > 0.9997


def test_questions_find_the_same_passages_whichever_embedder_made_which_vectors(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    passages = {"ours": exported.embed(TEXTS), "theirs": embedder.embed(TEXTS)}
    for question in QUESTIONS:
        asked = [exported.embed_question(question), embedder.embed_question(question)]
        orders = [np.argsort(-(rows @ q))[:4] for rows in passages.values() for q in asked]
        for order in orders[1:]:
            np.testing.assert_array_equal(order, orders[0])


def test_it_reads_and_counts_the_same_tokens(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    assert exported.max_tokens == embedder.max_tokens == 254
    assert exported.dimensions == embedder.dimensions == 384
    assert exported.count_tokens(TEXTS) == embedder.count_tokens(TEXTS)
    assert exported.count_tokens([]) == []
    assert exported.embed([]).shape == (0, 384)


def test_text_beyond_what_is_read_changes_nothing(exported: OnnxEmbedder) -> None:
    read = "word " * exported.max_tokens
    vectors = exported.embed([read, read + "elephant"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)
    shorter = exported.embed(["word " * (exported.max_tokens - 1) + "elephant"])
    assert np.abs(shorter[0] - vectors[0]).max() > 1e-4


def test_a_vector_does_not_depend_on_its_neighbours(exported: OnnxEmbedder) -> None:
    together = exported.embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(exported.embed([text])[0], vector, atol=1e-5)


def test_the_caller_can_give_up_between_batches(folder: Path) -> None:
    calls = 0

    def pause() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        OnnxEmbedder(folder, tokens_at_once=20).embed(["cat " * 10] * 10, pause)
    assert calls == 2


def test_it_needs_neither_torch_nor_transformers(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from assistant.library.embedders import open_embedder;"
        "open_embedder(Path(sys.argv[1])).embed_question('hello');"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_about_its_use_is_collected(folder: Path, home: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from assistant.library.embedders import open_embedder;"
        "open_embedder(Path(sys.argv[1])).embed_question('hello')"
    )
    private = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, check=True,
        env={"PATH": os.environ["PATH"], **private},
    )  # fmt: skip
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, CARD_FILE])
def test_a_damaged_file_is_refused_with_its_folder(copied: Path, name: str) -> None:
    os.truncate(copied / name, (copied / name).stat().st_size // 2)
    with pytest.raises(ModelFileError, match="cannot be loaded"):
        open_embedder(copied)


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_missing_file_is_refused(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelFileError):
        open_embedder(copied)


def test_a_folder_decides_which_embedder_is_used(copied: Path) -> None:
    assert isinstance(open_embedder(copied), OnnxEmbedder)
    (copied / CARD_FILE).unlink()
    with pytest.raises(ModelFileError):
        open_embedder(copied)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelNotFoundError, match="nowhere"):
        open_embedder(Path("/tmp/nowhere"))


def test_without_sentence_transformers_another_folder_is_refused_with_a_way_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelFileError, match="part of the packaged program"):
        open_embedder(home)
