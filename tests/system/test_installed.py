"""The version of what is installed, as importlib.metadata says it."""

from importlib.metadata import version

import pytest

from assistant.system.installed import installed_version


@pytest.mark.parametrize("name", ["llama-cpp-python", "textual", "pydantic", "assistant"])
def test_it_is_the_one_that_the_library_says(name: str) -> None:
    assert installed_version(name) == version(name)


def test_what_is_not_installed_has_none() -> None:
    assert installed_version("no-such-distribution") is None
