"""Catalogs compiled for a test, and the language put back after it."""

import gettext
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from assistant.language import messages
from assistant.language.english import ENGLISH
from tests.support.packaging_tools import load_tool


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped catalogs, compiled."""
    folder = tmp_path_factory.mktemp("locales")
    load_tool("catalogs").compile_all(folder)
    return folder


@pytest.fixture
def own_language(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog `xx`, in force once `use_own` has compiled it."""
    yield Catalog(locale="pt_BR")
    messages.use_language(ENGLISH)


def use_own(catalog: Catalog, folder: Path) -> None:
    """Show a catalog as the language `xx`."""
    target = folder / "xx" / "LC_MESSAGES" / f"{messages.DOMAIN}.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        write_mo(stream, catalog)
    messages.use_language("xx", folder)


@pytest.fixture(autouse=True)
def _language_again() -> Iterator[None]:
    domain, variable = gettext.textdomain(), os.environ.get("LANGUAGE")
    language = messages._language
    yield
    # Whatever a test has shown, the process goes on in its own.
    messages.use_language(ENGLISH)
    messages._language = language
    gettext.textdomain(domain)
    os.environ.pop("LANGUAGE", None)
    if variable is not None:
        os.environ["LANGUAGE"] = variable
