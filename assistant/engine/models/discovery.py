"""Model discovery: GGUF files in folders, and where other programs keep theirs.

The layouts are those of the programs' public sources: huggingface_hub's cache, LM Studio's
`publisher/model/file`, Ollama's manifests and blobs, GPT4All's and Jan's folders, llama.cpp's
cache. Nothing is opened but Ollama's manifests and the files that say where a program's folder is.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from assistant.core.values.models import ModelOrigin
from assistant.engine.gguf.files import is_later_part, name_without_part
from assistant.language.messages import N_

GGUF_SUFFIX = ".gguf"
MAX_DEPTH = 6
"""Folders within folders that are looked into."""

MAX_ENTRIES = 20_000
"""Files and folders looked at below one folder."""

MAX_MANIFEST_BYTES = 2**20
"""Bytes of a JSON or settings file that is read."""

MODEL_LAYER = "application/vnd.ollama.image.model"
ADAPTER_LAYER = "application/vnd.ollama.image.adapter"
"""What parts of an Ollama model are called in its manifest."""

PARTIAL_SUFFIXES = (
    ".part",
    ".partial",
    ".incomplete",
    ".download",
    ".downloadinprogress",
    ".crdownload",
)
"""How programs end the names of files that are still on their way."""


class DiscoveredModel(NamedTuple):
    """A file that may be a model."""

    name: str
    path: Path
    origin: ModelOrigin
    damage: str = ""
    """Why it is none yet, as the end of a sentence that begins with its name."""


Place = Callable[[], Iterator[DiscoveredModel]]
"""Looks in one place; what cannot be read there is passed over."""


def in_folder(folder: Path, origin: ModelOrigin) -> Iterator[DiscoveredModel]:
    """The models below a folder, by path; one with several parts is yielded once."""
    for path in sorted(_files(folder)):
        lower = path.name.lower()
        if lower.endswith(GGUF_SUFFIX):
            if lower.startswith("incomplete-"):
                name = path.stem.removeprefix("incomplete-")
                yield DiscoveredModel(name, path, origin, _incomplete_reason(origin))
            elif not path.exists():
                yield DiscoveredModel(
                    name_without_part(path),
                    path,
                    origin,
                    N_("is a link to a file that is not there"),
                )
            elif not is_later_part(path) and not lower.startswith("mmproj"):
                yield DiscoveredModel(name_without_part(path), path, origin)
        elif GGUF_SUFFIX in lower and lower.endswith(PARTIAL_SUFFIXES):
            yield DiscoveredModel(
                path.name[: lower.rindex(GGUF_SUFFIX)], path, origin, _incomplete_reason(origin)
            )


def other_programs(home: Path, environment: Mapping[str, str]) -> list[Place]:
    """The places where other programs keep GGUF files, on Linux and macOS."""
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    apple = home / "Library/Application Support"

    def folders(origin: ModelOrigin, places: Callable[[], Iterator[Path]]) -> Place:
        def look() -> Iterator[DiscoveredModel]:
            for place in places():
                yield from in_folder(place, origin)

        return look

    def llama_cpp() -> Iterator[Path]:
        if own := environment.get("LLAMA_CACHE"):
            yield Path(own)
        yield from (cache / "llama.cpp", home / "Library/Caches/llama.cpp")

    return [
        lambda: _hugging_face(_hub(cache, environment)),
        folders("LM Studio", lambda: _lm_studio(home)),
        lambda: _ollama(home, environment),
        folders("GPT4All", lambda: _gpt4all(cache, config, data, apple)),
        folders("Jan", lambda: _jan(home, (data, config, apple))),
        folders("llama.cpp", llama_cpp),
    ]


def _hub(cache: Path, environment: Mapping[str, str]) -> Path:
    if own := environment.get("HF_HUB_CACHE"):
        return Path(own).expanduser()
    root = environment.get("HF_HOME")
    return (Path(root).expanduser() if root else cache / "huggingface") / "hub"


def _hugging_face(hub: Path) -> Iterator[DiscoveredModel]:
    """`models--ORG--NAME/snapshots/REVISION/…` are links to blobs; the newest snapshot counts."""
    for repository in _entries(hub, "models--*"):
        snapshots = sorted(_entries(repository / "snapshots", "*"), key=_modified_at, reverse=True)
        found = [one for snapshot in snapshots for one in in_folder(snapshot, "Hugging Face")]
        yield from found
        name = repository.name.removeprefix("models--").replace("--", "/")
        if found or "gguf" in name.lower():
            for blob in _entries(repository / "blobs", "*.incomplete"):
                yield DiscoveredModel(
                    name, blob, "Hugging Face", _incomplete_reason("Hugging Face")
                )


def _lm_studio(home: Path) -> Iterator[Path]:
    with suppress(IndexError):
        yield Path(_text(home / ".lmstudio-home-pointer").strip().splitlines()[0]) / "models"
    for root in (home / ".lmstudio", home / ".cache/lm-studio"):
        chosen = _json(root / "settings.json").get("downloadsFolder")
        if isinstance(chosen, str) and chosen:
            yield Path(chosen).expanduser()
        yield root / "models"


def _ollama(home: Path, environment: Mapping[str, str]) -> Iterator[DiscoveredModel]:
    own = environment.get("OLLAMA_MODELS")
    roots = [Path(own)] if own else [home / ".ollama/models"]
    for root in (*roots, Path("/usr/share/ollama/.ollama/models"), Path("/var/lib/ollama/models")):
        for manifest in sorted(_files(root / "manifests")):
            parts = manifest.relative_to(root / "manifests").parts
            if len(parts) >= 3:
                yield from _ollama_model(root, manifest, _ollama_name(parts))
        for blob in _entries(root / "blobs", "sha256-*-partial"):
            yield DiscoveredModel(blob.name[:19], blob, "Ollama", _incomplete_reason("Ollama"))


def _ollama_name(parts: tuple[str, ...]) -> str:
    """As Ollama shows it: its own registry and library go without saying."""
    *place, model, tag = parts
    if place[0] == "registry.ollama.ai":
        place = place[1:] if place[1:] != ["library"] else []
    return "/".join([*place, f"{model}:{tag}"])


def _ollama_model(root: Path, manifest: Path, name: str) -> Iterator[DiscoveredModel]:
    layers = _json(manifest).get("layers")
    if not isinstance(layers, list):
        yield DiscoveredModel(
            name, manifest, "Ollama", N_("has a manifest of Ollama's that cannot be read")
        )
        return
    names = {MODEL_LAYER: name, ADAPTER_LAYER: f"{name} adapter"}
    for layer in layers:
        kind = layer.get("mediaType") if isinstance(layer, dict) else None
        digest = layer.get("digest") if isinstance(layer, dict) else None
        if kind not in names or not isinstance(digest, str):
            continue
        algorithm, _, code = digest.replace("-", ":").partition(":")
        if algorithm != "sha256" or not code.isalnum():
            continue
        blob = root / "blobs" / f"sha256-{code}"
        try:
            complete = blob.stat().st_size == layer.get("size", blob.stat().st_size)
        except OSError:
            complete = False
        yield DiscoveredModel(
            names.pop(kind), blob, "Ollama", "" if complete else _incomplete_reason("Ollama")
        )


def _gpt4all(cache: Path, config: Path, data: Path, apple: Path) -> Iterator[Path]:
    # Models are listed less often than one is asked.
    from configparser import ConfigParser  # noqa: PLC0415
    from configparser import Error as ConfigError  # noqa: PLC0415

    parser = ConfigParser(strict=False, interpolation=None)
    with suppress(ConfigError):
        parser.read_string(_text(config / "nomic.ai/GPT4All.ini"))
        if chosen := parser.get("General", "modelPath", fallback=""):
            yield Path(chosen)
    yield from (data / "nomic.ai/GPT4All", apple / "nomic.ai/GPT4All", cache / "gpt4all")


def _jan(home: Path, roots: tuple[Path, ...]) -> Iterator[Path]:
    folders = [root / "Jan/data" for root in roots] + [home / "jan"]
    for root in roots:
        chosen = _json(root / "Jan/settings.json").get("data_folder")
        if isinstance(chosen, str) and chosen:
            folders.insert(0, Path(chosen).expanduser())
    for folder in folders:
        yield from (folder / "llamacpp/models", folder / "models")


def _incomplete_reason(origin: ModelOrigin) -> str:
    ours = origin in ("models folder", "folder", "path")
    return N_("was not downloaded completely") + ("" if ours else f" by {origin}")


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, links followed; a folder that was seen is not looked at again."""
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    looked = 0
    while waiting:
        place, depth = waiting.pop()
        with suppress(OSError, ValueError):
            status = place.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            for entry in os.scandir(place):
                looked += 1
                if looked > MAX_ENTRIES:
                    return
                if entry.is_dir():
                    if depth < MAX_DEPTH:
                        waiting.append((Path(entry.path), depth + 1))
                else:
                    yield Path(entry.path)


def _entries(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def _text(file: Path) -> str:
    with suppress(OSError):
        if file.is_file() and file.stat().st_size <= MAX_MANIFEST_BYTES:
            return file.read_text(encoding="utf-8", errors="replace")
    return ""


def _json(file: Path) -> dict[str, Any]:
    """An object; empty when the file holds none."""
    with suppress(ValueError, RecursionError):
        found = json.loads(_text(file))
        if isinstance(found, dict):
            return found
    return {}
