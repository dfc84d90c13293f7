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
from assistant.library.embedding.similarity import similarity
from tests.support.checkout import CHECKOUT
from tests.support.embedders import exported_folder, source_folder

pytestmark = pytest.mark.model

TEXTS = [
    "The cat sleeps on the warm stone wall behind the bakery.",
    "A tenant may give notice in writing thirty days before leaving the flat.",
    "O gato dorme às três da manhã; ninguém o acorda.",
    "O inquilino deve avisar com trinta dias de antecedência, por escrito.",
    "def f(x):\n\treturn x**2  # ²",
    "1.234,56 € (IVA 23 %)",
    "The ferry to the island leaves every second hour. In winter it stops at four,"
    " because the harbour is dark; whoever misses it sleeps at the inn, where soup and a bed cost"
    " thirty euros.",
]
CAT, TENANT = (0, 2), (1, 3)
STRANGE = [
    *TEXTS,
    "naïve façade – coöperate 北京 東京 🙂 ﷺ",
    "Кто закрывает школу вечером?",
    "x" * 5000,
    "",
    "   ",
    "\x00\x01 a \ud800 b",
]
NEAR = 0.96
"""The recipe makes sure of 0.99 before languages' centres are taken off, which spreads vectors to
three times the distance."""
QUESTIONS = [
    "When may a tenant leave?",
    "Quando pode sair o inquilino?",
    "Where does the cat sleep?",
]

ASK = (
    "import sys; from pathlib import Path;"
    "from assistant.library.embedding.serving import open_embedder;"
    "open_embedder(Path(sys.argv[1])).embed_question('hello');"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    found = exported_folder()
    if found is None:
        pytest.skip("the embedder is not installed: make setup")
    return found


@pytest.fixture(scope="module")
def source() -> Path:
    found = source_folder()
    if found is None:
        pytest.skip("what the embedder was exported from is not kept: make embedder")
    return found


@pytest.fixture(scope="module")
def whole(source: Path) -> SentenceTransformerEmbedder:
    """The reference: not in 8 bits."""
    return SentenceTransformerEmbedder(source)


@pytest.fixture(scope="module")
def exported(folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(folder)


@pytest.fixture
def copied(folder: Path, home: Path) -> Path:
    """A copy of the exported embedder, to do harm to."""
    return Path(shutil.copytree(folder, home / "embedder"))


def test_vectors_of_both_can_stand_beside_each_other(
    exported: OnnxEmbedder, whole: SentenceTransformerEmbedder
) -> None:
    assert exported.identity == whole.identity
    assert (exported.embed(TEXTS) * whole.embed(TEXTS)).sum(axis=1).min() > NEAR
    for question in QUESTIONS:
        assert exported.embed_question(question) @ whole.embed_question(question) > NEAR


def test_a_text_has_the_same_vector_alone_and_among_others(exported: OnnxEmbedder) -> None:
    pauses: list[None] = []
    rows = exported.embed(STRANGE, lambda: pauses.append(None))
    assert 1 <= len(pauses) <= len(STRANGE)
    for row, text in zip(rows, STRANGE, strict=True):
        np.testing.assert_array_equal(row, exported.embed([text])[0])


def test_questions_find_the_same_passages_whichever_embedder_made_which_vectors(
    exported: OnnxEmbedder, whole: SentenceTransformerEmbedder
) -> None:
    passages = {"ours": exported.embed(TEXTS), "theirs": whole.embed(TEXTS)}
    for question in QUESTIONS:
        asked = [exported.embed_question(question), whole.embed_question(question)]
        orders = [np.argsort(-(rows @ q))[:2] for rows in passages.values() for q in asked]
        for order in orders[1:]:
            np.testing.assert_array_equal(order, orders[0])


def test_both_read_and_count_the_same_tokens(
    exported: OnnxEmbedder, whole: SentenceTransformerEmbedder
) -> None:
    assert exported.max_tokens == whole.max_tokens >= 500
    assert exported.dimensions == whole.dimensions == 384
    assert exported.count_tokens(STRANGE) == whole.count_tokens(STRANGE)
    assert exported.can_read(STRANGE) == whole.can_read(STRANGE)


def test_a_question_in_another_language_finds_its_passage(exported: OnnxEmbedder) -> None:
    rows = exported.embed(TEXTS)
    assert np.argmax(rows @ exported.embed_question("Com que antecedência avisa o inquilino?")) in (
        TENANT
    )
    assert np.argmax(rows @ exported.embed_question("At what time does the cat sleep?")) in CAT


def test_unrelated_texts_are_told_apart_from_near_ones_on_the_same_scale(
    exported: OnnxEmbedder, whole: SentenceTransformerEmbedder
) -> None:
    assert exported.unrelated_cosine == pytest.approx(whole.unrelated_cosine, abs=0.01)
    near, far = (
        exported.embed(["The cat is asleep.", "The invoice was paid."])
        @ (exported.embed(["A cat sleeps."])[0])
    )
    assert similarity(float(near), exported.unrelated_cosine) > 0.5
    assert abs(similarity(float(far), exported.unrelated_cosine)) < 0.3


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


def test_the_hub_is_never_asked(whole: SentenceTransformerEmbedder) -> None:
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
    source: Path, whole: SentenceTransformerEmbedder, home: Path
) -> None:
    folder = home / "embedder"
    shutil.copytree(source, folder)
    assert SentenceTransformerEmbedder(folder).identity == whole.identity
    config = folder / "1_Pooling" / "config.json"
    config.write_text(config.read_text().replace("true", "false ", 1))
    assert SentenceTransformerEmbedder(folder).identity != whole.identity


def test_a_package_that_is_not_installed_has_no_folder() -> None:
    assert starter_folder(["no_such_package_anywhere"]) is None
