"""The JSON documents of a file are found, around damage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.transfer.json_documents import json_documents
from tests.support.transcripts import patient


def found(text: str, name: str = "x.json") -> list[object]:
    """Values, and for what is damaged its place."""
    return [each.place if each.damage else each.value for each in json_documents(name, text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": \n\n{"a": 3}', [{"a": 1}, 2, {"a": 3}]),
        ('[{"a": 1}, {"a": }, {"a": 3}]', [{"a": 1}, 2, {"a": 3}]),
        ('[{"a": 1}, {"a": "]}", b}, {"a": 3}]', [{"a": 1}, 2, {"a": 3}]),
        ('[{"a": 1}, {"a": "cut', [{"a": 1}, 2]),
        ('[{"a": [}, 3], {"a": 3}]', [1, {"a": 3}]),
        ('[{"a": 1}', [{"a": 1}, 2]),
        ('[{"a": 1} {"a": 2}]', [{"a": 1}, 2]),
        ('[{"a": "line\nbreak"}]', [{"a": "line\nbreak"}]),
        ("[]", []),
        ("notes", []),
        ("", []),
    ],
)
def test_documents_are_found_in_lists_and_lines_and_around_damage(
    text: str, values: list[object]
) -> None:
    assert found(text) == values


def test_the_suffix_tells_lines_of_lists() -> None:
    assert found("[1]\n[2]\n", "x.JSONL") == [[1], [2]]


objects = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))


@given(st.lists(objects, max_size=4), st.text(max_size=4), st.integers(0))
@patient
def test_whatever_is_pushed_into_a_file_what_stands_before_it_is_read(
    written: list[dict[str, object]], pushed: str, place: int
) -> None:
    texts = [json.dumps(each) for each in written]
    text = f"[{', '.join(texts)}]"
    at = place % (len(text) + 1)
    whole = next((n for n in range(len(texts), 0, -1) if len(", ".join(texts[:n])) + 1 < at), 0)

    values = [each.value for each in json_documents("x", text[:at] + pushed + text[at:])]

    assert values[:whole] == written[:whole]
