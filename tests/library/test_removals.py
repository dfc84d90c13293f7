"""What was taken out of the library, and is kept for 30 days."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.core.values.library import RemovedRoots
from assistant.library.removals import KEPT_FOR, REMOVALS_FILE, Removals

STRANGE = b"/docs/caf\xe9\n"


@pytest.fixture
def removals(tmp_path: Path) -> Removals:
    return Removals(tmp_path / "library.db")


def told(removals: Removals) -> list[tuple[str, tuple[str, ...]]]:
    return [(removed.collection, removed.roots) for removed in removals.all()]


def test_the_newest_comes_first_and_names_need_not_be_text(removals: Removals) -> None:
    removals.add("trip", [b"/docs/a"])
    removals.add("home", [STRANGE])
    assert told(removals) == [("home", ("/docs/caf\udce9\n",)), ("trip", ("/docs/a",))]


def test_what_is_put_back_is_forgotten(removals: Removals) -> None:
    removals.add("trip", [b"/docs/a", STRANGE])
    removals.add("home", [STRANGE])
    removals.remove("Trip", [STRANGE])
    assert told(removals) == [("home", ("/docs/caf\udce9\n",)), ("trip", ("/docs/a",))]
    removals.remove("trip", [b"/docs/a", b"/other"])
    assert [name for name, _ in told(removals)] == ["home"]


def test_nothing_stays_longer_than_thirty_days(removals: Removals, tmp_path: Path) -> None:
    removals.add("trip", [b"/docs/a"])
    (kept,) = removals.all()
    old = kept.model_copy(update={"at": datetime.now(UTC) - KEPT_FOR - timedelta(seconds=1)})
    file = tmp_path / REMOVALS_FILE
    file.write_text(f"[{old.model_dump_json()}]")
    assert removals.all() == []
    removals.add("home", [b"/docs/b"])
    assert "2f646f63732f61" not in file.read_text()


@pytest.mark.parametrize("content", ["", "[", "{}", '[{"collection": 5}]', '[{"encoded": ["zz"]}]'])
def test_a_file_that_makes_no_sense_holds_nothing(
    removals: Removals, tmp_path: Path, content: str
) -> None:
    (tmp_path / REMOVALS_FILE).write_text(content)
    assert removals.all() == []
    removals.add("trip", [b"/docs/a"])
    assert told(removals) == [("trip", ("/docs/a",))]


def test_paths_that_are_no_hexadecimal_are_refused() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        RemovedRoots(collection="trip", encoded=("zz",), at=datetime.now(UTC))
