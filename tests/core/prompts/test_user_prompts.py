"""The user's own prompts, edited in another program."""

from pathlib import Path

import pytest

from assistant.core.errors import AssistantError
from assistant.core.prompts.user_prompts import UserPrompts


@pytest.fixture
def own(tmp_path: Path) -> UserPrompts:
    return UserPrompts(tmp_path / "prompts")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    file = tmp_path / "tutor.md"
    file.write_text("\ufeffAs it comes.", encoding="utf-8")
    return file


def test_a_shipped_prompt_is_edited_as_a_copy(own: UserPrompts, shipped: Path) -> None:
    editing = own.edit("tutor", lambda: shipped)
    assert editing.file.read_text(encoding="utf-8") == "As it comes."
    editing.file.write_text("Otherwise.")
    assert editing.end()
    assert own.path("tutor").read_text() == "Otherwise."
    assert own.backups("tutor") == []


def test_a_copy_that_was_not_changed_goes_away(own: UserPrompts, shipped: Path) -> None:
    assert not own.edit("tutor", lambda: shipped).end()
    assert not own.path("tutor").exists()


@pytest.mark.parametrize("removed", [False, True])
def test_what_a_prompt_was_can_be_restored(own: UserPrompts, *, removed: bool) -> None:
    own.save("mine", "As it was.")
    editing = own.edit("mine", lambda: pytest.fail("there is one already"))
    if removed:
        editing.file.unlink()
    else:
        editing.file.write_text("Otherwise.")
    assert editing.end()
    assert own.restore("mine").read_text() == "As it was."


def test_a_prompt_of_the_user_that_was_not_changed_stays(own: UserPrompts) -> None:
    file = own.save("mine", "As it was.")
    assert not own.edit("mine", lambda: pytest.fail("there is one already")).end()
    assert file.read_text() == "As it was."
    assert own.backups("mine") == []


def test_a_prompt_that_cannot_be_read_is_told(own: UserPrompts, tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match=r"gone\.md cannot be read: No such file"):
        own.edit("gone", lambda: tmp_path / "gone.md")
