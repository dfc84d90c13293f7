"""The documents that are made from the code say what the code says."""

import pytest

from docs.generate import documents
from tests.support.checkout import CHECKOUT

README = CHECKOUT / "README.md"


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
    assert all(len(row[3].strip()) > 10 for row in rows), rows


def test_the_readme_links_only_to_files_that_exist() -> None:
    text = README.read_text(encoding="utf-8")

    for part in text.split("](")[1:]:
        target = part.partition(")")[0]
        assert target.startswith("http") or (README.parent / target).exists(), target
