"""Collections as a front end may know them, without starting the worker: from the small file
beside library.db that mirrors them.
"""

import json
import os
from pathlib import Path

MIRROR_FILE = "collections.json"
"""Beside library.db."""


def has_collections(database: Path) -> bool:
    """Whether the library has collections, without opening library.db."""
    mirror = database.with_name(MIRROR_FILE)
    try:
        return bool(json.loads(mirror.read_bytes()))
    except (OSError, ValueError):
        return database.exists()


def read_mirror(path: Path) -> dict[str, list[bytes]]:
    """Read the roots of each collection from the mirror file; none when it makes no sense."""
    try:
        kept = json.loads(path.read_text(encoding="ascii"))
        return {str(name): [os.fsencode(root) for root in roots] for name, roots in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
