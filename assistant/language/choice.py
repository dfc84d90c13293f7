"""Which language: `--lang` on the command line, the setting, else the locale of the terminal."""

from collections.abc import Mapping, Sequence

from assistant.language.english import ENGLISH
from assistant.language.messages import available_languages

OPTION = "--lang"
AUTO = "auto"

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set tells the locale."""


def language_of_arguments(arguments: Sequence[str]) -> str | None:
    """The language that the command line names, as it names it.

    What is printed for programs is the same in every language, so that `--json` means English.
    """
    given = None
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--json":
            return ENGLISH
        name, has_value, value = argument.partition("=")
        if name == OPTION:
            given = value if has_value else next(iter(arguments[index + 1 :]), None)
    return given


def language_of_locale(environment: Mapping[str, str]) -> str:
    """The language of the terminal's locale, English where it has none."""
    locale = next(filter(None, map(environment.get, LOCALE_VARIABLES)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return ENGLISH
    wanted = [*environment.get("LANGUAGE", "").split(":"), locale]
    return next(filter(None, map(nearest_language, wanted)), ENGLISH)


def nearest_language(name: str) -> str | None:
    """The language that there is a catalog of: `pt_BR` for `pt-br`, `pt_PT.UTF-8` and `pt`."""
    code = name.partition(".")[0].partition("@")[0].replace("-", "_").casefold()
    if not code:
        return None
    languages = {language.casefold(): language for language in available_languages()}
    if code in languages:
        return languages[code]
    base = code.partition("_")[0]
    return next((own for key, own in languages.items() if key.partition("_")[0] == base), None)


def choose_language(
    arguments: Sequence[str], setting: str | None, environment: Mapping[str, str]
) -> str:
    """The language to show.

    Args:
        arguments: of the command line.
        setting: what `interface.language` says; None when it says nothing.
    """
    given = language_of_arguments(arguments) or setting or AUTO
    if given == AUTO:
        return language_of_locale(environment)
    return nearest_language(given) or ENGLISH
