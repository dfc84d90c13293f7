"""What the embedders do for each other, and what each of them is careful about."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import ModelFileError
from assistant.library.embedding.onnx import CARD_FILE, TOKENIZER_FILE, OnnxEmbedder
from assistant.library.embedding.sentence_transformers import (
    SentenceTransformerEmbedder,
    starter_folder,
)
from assistant.library.embedding.serving import open_embedder
from tests.support.checkout import CHECKOUT
from tests.support.embedders import exported_folder

pytestmark = pytest.mark.model

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

ASK = (
    "import sys; from pathlib import Path;"
    "from assistant.library.embedding.serving import open_embedder;"
    "open_embedder(Path(sys.argv[1])).embed_question('hello');"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    found = exported_folder()
    if found is None:
        pytest.skip("the embedder is not exported: make embedder")
    return found


@pytest.fixture(scope="module")
def exported(folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(folder)


@pytest.fixture
def copied(folder: Path, home: Path) -> Path:
    """A copy of the exported embedder, to do harm to."""
    return Path(shutil.copytree(folder, home / "embedder"))


def test_vectors_of_both_can_stand_beside_each_other(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    assert exported.identity == embedder.identity
    assert (exported.embed(TEXTS) * embedder.embed(TEXTS)).sum(axis=1).min() > 0.9997


def test_questions_find_the_same_passages_whichever_embedder_made_which_vectors(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    passages = {"ours": exported.embed(TEXTS), "theirs": embedder.embed(TEXTS)}
    for question in QUESTIONS:
        asked = [exported.embed_question(question), embedder.embed_question(question)]
        orders = [np.argsort(-(rows @ q))[:4] for rows in passages.values() for q in asked]
        for order in orders[1:]:
            np.testing.assert_array_equal(order, orders[0])


def test_both_read_and_count_the_same_tokens(
    exported: OnnxEmbedder, embedder: SentenceTransformerEmbedder
) -> None:
    assert exported.max_tokens == embedder.max_tokens == 254
    assert exported.dimensions == embedder.dimensions == 384
    assert exported.count_tokens(TEXTS) == embedder.count_tokens(TEXTS)


def test_the_exported_one_needs_neither_torch_nor_transformers(folder: Path) -> None:
    heavy = "('torch', 'transformers', 'sentence_transformers')"
    program = f"{ASK}print([m for m in {heavy} if m in sys.modules])"
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_about_its_use_is_collected(folder: Path, home: Path) -> None:
    private = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    subprocess.run(
        [sys.executable, "-c", ASK, str(folder)], cwd=CHECKOUT, check=True,
        env={"PATH": os.environ["PATH"], **private},
    )  # fmt: skip
    assert list(home.rglob("*")) == []


def test_the_hub_is_never_asked(embedder: SentenceTransformerEmbedder) -> None:
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"


@pytest.mark.parametrize("name", [TOKENIZER_FILE, CARD_FILE])
def test_an_exported_embedder_with_a_damaged_part_is_refused(copied: Path, name: str) -> None:
    os.truncate(copied / name, (copied / name).stat().st_size // 2)
    with pytest.raises(ModelFileError, match="cannot be loaded"):
        open_embedder(copied)


def test_an_exported_embedder_without_its_tokenizer_is_refused(copied: Path) -> None:
    (copied / TOKENIZER_FILE).unlink()
    with pytest.raises(ModelFileError):
        open_embedder(copied)


def test_a_folder_decides_which_embedder_is_used(copied: Path) -> None:
    assert isinstance(open_embedder(copied), OnnxEmbedder)
    (copied / CARD_FILE).unlink()
    with pytest.raises(ModelFileError):
        open_embedder(copied)


def test_without_sentence_transformers_another_folder_is_refused_with_a_way_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelFileError, match="part of the packaged program"):
        open_embedder(home)


def test_another_configuration_is_another_embedder(
    embedder: SentenceTransformerEmbedder, home: Path
) -> None:
    original = starter_folder()
    assert original is not None
    folder = home / "embedder"
    shutil.copytree(original, folder)
    assert SentenceTransformerEmbedder(folder).identity == embedder.identity
    config = folder / "1_Pooling" / "config.json"
    config.write_text(config.read_text().replace("true", "false ", 1))
    assert SentenceTransformerEmbedder(folder).identity != embedder.identity


def test_a_package_that_is_not_installed_has_no_folder() -> None:
    assert starter_folder("no_such_package_anywhere") is None
