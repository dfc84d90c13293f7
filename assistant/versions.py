"""The versions of what the program stands on, told without importing any of it."""

import sqlite3
from importlib.metadata import PackageNotFoundError, version

SAFE_SQLITE = (3, 51, 3)
"""The first release whose WAL mode survives two connections that checkpoint at one instant."""

ALWAYS = ("textual", "llama-cpp-python", "chromadb", "pydantic")
EMBEDDERS = ("sentence-transformers", "onnxruntime")
"""The first is part of an installation from source, the second of every one."""


def version_of(distribution: str) -> str | None:
    """The version of an installed distribution; None when it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def libraries() -> tuple[str, ...]:
    """The distributions that have to be there."""
    runs = next((name for name in EMBEDDERS if version_of(name)), EMBEDDERS[-1])
    return (*ALWAYS, runs)


def summary() -> list[tuple[str, str]]:
    """Name and version of the parts that decide what the program can do."""
    *_, embedder = libraries()
    parts = {"llama.cpp": "llama-cpp-python", "Chroma": "chromadb", "embedder": embedder}
    told = [(name, f"{found} {version_of(found) or '(missing)'}") for name, found in parts.items()]
    return [*told, ("SQLite", sqlite3.sqlite_version)]
