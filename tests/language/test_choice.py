"""The language: the command line goes before the setting, the setting before the locale."""

import pytest

from assistant.language import choice


@pytest.fixture(autouse=True)
def _two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "available_languages", lambda: ("en", "pt_BR"))


@pytest.mark.parametrize(
    ("arguments", "setting", "environment", "language"),
    [
        ([], None, {}, "en"),
        ([], None, {"LANG": "pt_BR.UTF-8"}, "pt_BR"),
        ([], None, {"LANG": "pt_PT@euro"}, "pt_BR"),
        ([], None, {"LANG": "de_DE.UTF-8"}, "en"),
        ([], None, {"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:pt"}, "pt_BR"),
        ([], None, {"LANG": "C.UTF-8", "LANGUAGE": "pt_BR"}, "en"),
        ([], None, {"LC_ALL": "C", "LANG": "pt_BR.UTF-8"}, "en"),
        ([], None, {"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "en_US"}, "pt_BR"),
        ([], "auto", {"LANG": "pt_BR"}, "pt_BR"),
        ([], "en", {"LANG": "pt_BR"}, "en"),
        ([], "pt-br", {}, "pt_BR"),
        (["--lang", "en"], "pt_BR", {"LANG": "pt_BR"}, "en"),
        (["--lang=pt"], "en", {}, "pt_BR"),
        (["--lang", "auto"], "en", {"LANG": "pt_BR"}, "pt_BR"),
        (["--lang", "xx"], None, {"LANG": "pt_BR"}, "en"),
        (["ask", "--json", "a"], "pt_BR", {"LANG": "pt_BR"}, "en"),
        (["ask", "--", "--json"], "pt_BR", {}, "pt_BR"),
        (["--lang"], None, {"LANG": "pt_BR"}, "pt_BR"),
    ],
)
def test_language(
    arguments: list[str], setting: str | None, environment: dict[str, str], language: str
) -> None:
    assert choice.choose_language(arguments, setting, environment) == language
