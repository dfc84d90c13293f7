"""Documents in other languages: there, and in step with the English ones."""

import pytest

from docs.generate import languages, translated_documents
from docs.translations import Translation, fault, outline, translations
from tests.support.checkout import CHECKOUT

ALL = list(translations())


def test_every_document_for_users_is_there_in_every_language() -> None:
    names = {each.original.name for each in ALL}
    assert {"README.md", "guide.md", "models.md", "citations.md", "troubleshooting.md"} <= names
    assert len(ALL) == len(names) * len(languages())


@pytest.mark.parametrize("each", ALL, ids=lambda each: str(each.file.relative_to(CHECKOUT)))
def test_a_translated_document_is_in_step(each: Translation) -> None:
    assert fault(each) == ""


@pytest.mark.parametrize("language", languages())
def test_generated_documents_are_up_to_date(language: str) -> None:
    for name, text in translated_documents(language).items():
        assert (CHECKOUT / name).read_text("utf-8") == text, f"{name}: run `make docs`"


def test_the_outline_has_headings_items_rows_and_boxes() -> None:
    text = "<!-- follows a.md at 0123456789ab -->\n\n# A\ntext\n- b\n| c | d |\n```sh\nx\n```\n"
    assert outline(text) == ["#", "-", "|||", "```sh 2"]
    assert outline("```console\nls\n```\n") == ["```console\nls"]
