"""Served models: the names that programs ask for, and what each stands for."""

from collections.abc import Iterator
from threading import Event
from typing import Final, NamedTuple

from assistant.core.errors import LibraryError, ModelNotFoundError
from assistant.core.ports.library import Library
from assistant.core.ports.models import ModelCatalog
from assistant.serve.answers.request import LibraryModel, PlainModel, ServedModel

LIBRARY: Final = "library"
"""The name of the user's files; `library/COLLECTION` are those of one collection."""


class ListedModel(NamedTuple):
    """A line of the list of models."""

    id: str
    window: int = 0
    """Tokens that it was taught to read; 0 where that is not known."""


class ServedModels:
    """The models and the collections there are now."""

    def __init__(self, models: ModelCatalog, library: Library) -> None:
        self._models = models
        self._library = library

    def find(self, id: str | None) -> ServedModel:
        """What a name stands for; None is the default model.

        A path is no name: a program that may ask must not have any file loaded.

        Raises:
            ModelNotFoundError: there is no such name.
        """
        name, _, collection = (id or "").partition("/")
        if name == LIBRARY:
            return self._library_model(id or "", collection)
        if id is None:
            reference = self._models.reference(None)
            return PlainModel(reference.name, reference.name)
        for model in self._models.models():
            if model.name.casefold() == id.casefold():
                return PlainModel(id, model.name)
        raise self._unknown(id)

    def listed(self, stop: Event) -> list[ListedModel]:
        """The models that can be asked, the default one first, and the user's files."""
        found = {one.model.name: one for one in self._models.details(stop)}
        default = self._models.reference(None).name if found else ""
        usable = [
            ListedModel(name, one.facts.trained_context)
            for name, one in found.items()
            if one.is_usable
        ]
        usable.sort(key=lambda model: model.id != default)
        return [*usable, *(ListedModel(name) for name in self._of_files())]

    def embedder(self) -> str:
        """The name of the model that turns texts into vectors; empty where there is none."""
        return self._library.status().embedder

    def _of_files(self) -> Iterator[str]:
        if self._library.is_empty():
            return
        yield LIBRARY
        try:
            yield from (f"{LIBRARY}/{each.name}" for each in self._library.collections())
        except LibraryError:
            # The models can be asked without it.
            return

    def _library_model(self, id: str, collection: str) -> LibraryModel:
        if self._library.is_empty():
            raise ModelNotFoundError(
                f"{id!r} cannot be asked: there are no files.",
                "`assistant add FOLDER` adds some.",
            )
        if not collection:
            return LibraryModel(id, None)
        for each in self._library.collections():
            if each.name == collection:
                return LibraryModel(id, each.name)
        raise self._unknown(id)

    def _unknown(self, id: str) -> ModelNotFoundError:
        names = [model.name for model in self._models.models()[:20]]
        there = ", ".join([*names, *self._of_files()])
        return ModelNotFoundError(f"There is no model called {id[:200]!r}.", f"There are: {there}.")
