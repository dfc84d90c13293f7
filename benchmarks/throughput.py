"""Indexing: the whole pipeline against a bare session of ONNX Runtime, and against LangChain's.

The files are real ones of the kinds that everybody reads, from the test data beside the checkout.
LangChain is run by the Python that ASSISTANT_BENCH_LANGCHAIN names, in whose environment
langchain-community, -text-splitters, -chroma and -huggingface are installed together with the
project's own packages, so that both stand on the same torch.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.library.embedding.onnx import OnnxEmbedder, is_exported
from assistant.library.embedding.sentence_transformers import STARTER_PACKAGES, starter_folder
from assistant.library.text.chunking import texts_to_embed
from assistant.library.worker.main import NICE
from benchmarks.pairs import Comparison, compare
from benchmarks.question_sets import data_folder
from benchmarks.workers import worked_library

LANGCHAIN = "ASSISTANT_BENCH_LANGCHAIN"
KINDS = {"txt", "md", "html", "pdf", "docx"}
RUNS = 3


def measure_throughput(runs: int = RUNS) -> list[Comparison]:
    """Passages and files a second; nothing where the files or the embedder are not there."""
    model = starter_folder()
    if data_folder() is None or model is None or not is_exported(model):
        print("indexing: not measured, the test data or the starter embedder are not there")
        return []
    with _sample() as folder, _child("benchmarks.bare_embedding", model, sys.executable) as bare:
        rows = _against_bare(folder, model, bare, runs)
        # It runs sentence-transformers: all-MiniLM, its usual embedder.
        python, english = os.environ.get(LANGCHAIN), starter_folder(STARTER_PACKAGES[1:])
        if python is None or english is None:
            print(
                f"LangChain: not measured, {LANGCHAIN} names no Python, or no all-MiniLM is there"
            )
            return rows
        with _child("benchmarks.langchain_pipeline", english, python) as langchain:
            return [*rows, *_against_langchain(folder, langchain, runs)]


def _against_bare(folder: Path, model: Path, bare: "_Child", runs: int) -> list[Comparison]:
    embedder = OnnxEmbedder(model)
    speeds, telling = [], ""
    for _ in range(runs):
        with worked_library() as worked:
            done = worked.add(folder)
            drafts = worked.passages()[1:]
        texts = texts_to_embed(drafts, embedder.count_tokens, embedder.max_tokens)
        seconds = done.seconds
        speeds.append((len(texts) / seconds, len(texts) / float(bare.ask(json.dumps(texts)))))
        telling = f"{len(texts):,} passages of {done.indexed} files"
    print(f"indexing: {telling}")
    what = "indexing: passages, against a bare ONNX session"
    return [compare(what, "1/s", speeds, ">= 0.85")]


def _against_langchain(folder: Path, langchain: "_Child", runs: int) -> list[Comparison]:
    """Files a second, on the files that LangChain's loaders can read."""
    first = json.loads(langchain.ask(str(folder)))
    for path in folder.iterdir():
        if path.name not in first["files"]:
            path.unlink()
    speeds = []
    for _ in range(runs):
        other: dict[str, Any] = json.loads(langchain.ask(str(folder)))
        with worked_library() as worked:
            done = worked.add(folder)
        count = len(other["files"])
        speeds.append((done.indexed / done.seconds, count / other["seconds"]))
        told = f"{count} files, {other['chunks']:,} chunks of its own, ours read {done.indexed}"
    print(f"LangChain: {told}")
    what = "indexing: files, against LangChain's loaders, splitter, Chroma"
    return [compare(what, "1/s", speeds, ">= 1")]


@contextmanager
def _sample() -> Iterator[Path]:
    """A folder of the real files that hold text, of the kinds that everybody reads."""
    data = data_folder()
    assert data is not None
    documents = data.parent / "docs"
    with (
        tempfile.TemporaryDirectory(prefix="as-bench-") as name,
        (documents / "manifest.tsv").open(encoding="utf-8") as manifest,
    ):
        for row in csv.DictReader(manifest, delimiter="\t"):
            if row["type"] in KINDS and row["expect"] == "text":
                source = documents / row["path"]
                shutil.copyfile(source, Path(name) / source.name)
        yield Path(name)


class _Child:
    """A process that answers a line with a line; idle while ours runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert self._line() == "ready"

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def _child(module: str, model: Path, python: str) -> Iterator[_Child]:
    """The module in a process that is as nice as the worker's indexing."""
    command: Sequence[str] = [python, "-m", module, str(model), str(NICE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield _Child(process)
        process.kill()
