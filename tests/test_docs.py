"""The documents that are made from the code say what the code says."""

import pytest

from docs.generate import documents
from tests.support.checkout import CHECKOUT

DOCS = (CHECKOUT / "docs").glob("*.md")


@pytest.mark.parametrize(
    "name", ["docs/keys.md", "docs/settings.md", "docs/cli.md", "CONTRIBUTING.md"]
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


@pytest.mark.parametrize("name", ["README.md", *sorted(f"docs/{p.name}" for p in DOCS)])
def test_a_document_links_only_to_files_that_exist(name: str) -> None:
    file = CHECKOUT / name

    for part in file.read_text(encoding="utf-8").split("](")[1:]:
        target = part.partition(")")[0].partition("#")[0]
        assert target.startswith("http") or (file.parent / target).exists(), target
