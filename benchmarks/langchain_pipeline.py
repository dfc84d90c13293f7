"""LangChain's usual pipeline: the loader of each kind, the recursive splitter, Chroma on disk.

Runs in a Python of its own, see `benchmarks.throughput`. Reads the name of a folder a line; writes
a line of JSON: seconds, chunks, and the files that could be loaded.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.update(
    HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", ANONYMIZED_TELEMETRY="False", USER_AGENT="bench"
)

from langchain_chroma import Chroma  # type: ignore[import-not-found]
from langchain_community.document_loaders import (  # type: ignore[import-not-found]
    BSHTMLLoader,
    Docx2txtLoader,
    PyPDFLoader,
    TextLoader,
)
from langchain_huggingface import (  # type: ignore[import-not-found]
    HuggingFaceEmbeddings,
)
from langchain_text_splitters import (  # type: ignore[import-not-found]
    RecursiveCharacterTextSplitter,
)

LOADERS = {
    ".txt": TextLoader,
    ".md": TextLoader,
    ".html": BSHTMLLoader,
    ".pdf": PyPDFLoader,
    ".docx": Docx2txtLoader,
}


def index(folder: Path, embeddings: Any, store: str) -> dict[str, Any]:
    started = perf_counter()
    documents, loaded = [], []
    for path in sorted(folder.rglob("*")):
        loader = LOADERS.get(path.suffix)
        if loader is None:
            continue
        try:
            found = loader(str(path)).load()
        except Exception:  # noqa: BLE001 -- whatever a loader throws at a strange file
            continue
        documents += found
        loaded.append(path.name)
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(documents)
    Chroma.from_documents(chunks, embeddings, persist_directory=store)
    return {"seconds": perf_counter() - started, "chunks": len(chunks), "files": loaded}


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr
    os.nice(int(sys.argv[2]))
    embeddings = HuggingFaceEmbeddings(
        model_name=sys.argv[1], model_kwargs={"device": "cpu", "local_files_only": True}
    )
    embeddings.embed_query("warm")
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        with tempfile.TemporaryDirectory(prefix="lc-") as store:
            print(json.dumps(index(Path(line.strip()), embeddings, store)), file=out, flush=True)


if __name__ == "__main__":
    main()
