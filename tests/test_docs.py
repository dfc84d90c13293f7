"""The documents that are made from the code say what the code says."""

from collections.abc import Iterator

import pytest
import yaml

from docs.generate import documents
from tests.support.checkout import CHECKOUT

DOCS = (CHECKOUT / "docs").rglob("*.md")
READMES = CHECKOUT.glob("README*.md")


@pytest.mark.parametrize(
    "name",
    ["docs/keys.md", "docs/settings.md", "docs/cli.md", "docs/architecture.md", "CONTRIBUTING.md"],
)
def test_a_generated_document_is_up_to_date(name: str) -> None:
    written = (CHECKOUT / name).read_text(encoding="utf-8")

    assert written == documents()[name], "run `make docs`"


def test_every_setting_is_explained() -> None:
    rows = [
        line.split("|") for line in documents()["docs/settings.md"].splitlines() if "| `" in line
    ]

    assert len(rows) > 10
    assert all(len(row[4].strip()) > 10 for row in rows), rows


@pytest.mark.parametrize(
    "name", sorted(str(file.relative_to(CHECKOUT)) for file in (*DOCS, *READMES))
)
def test_a_document_links_only_to_files_that_exist(name: str) -> None:
    file = CHECKOUT / name

    for part in file.read_text(encoding="utf-8").split("](")[1:]:
        target = part.partition(")")[0].partition("#")[0]
        assert target.startswith("http") or (file.parent / target).exists(), target


def test_the_architecture_tells_of_every_file_and_every_layer() -> None:
    told = documents()["docs/architecture.md"]
    files = [*(CHECKOUT / "assistant").rglob("*.py")]
    missing = [
        str(file) for file in files if file.stem != "__init__" and f"- `{file.stem}` – " not in told
    ]
    assert len(files) > 200
    assert missing == []
    assert "1. `__main__`" in told


def test_the_site_has_every_document() -> None:
    site = yaml.safe_load((CHECKOUT / "mkdocs.yml").read_text("utf-8"))
    listed = {page for section in site["nav"] for page in _pages(section)}
    docs = CHECKOUT / "docs"
    assert listed == {file.relative_to(docs).as_posix() for file in docs.rglob("*.md")}


def _pages(section: object) -> Iterator[str]:
    """The files of a part of the site's table of contents."""
    if isinstance(section, str):
        yield section
    elif isinstance(section, list | dict):
        for each in section.values() if isinstance(section, dict) else section:
            yield from _pages(each)
