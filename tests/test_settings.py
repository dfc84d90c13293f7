"""Settings from the file and the environment, and how mistakes in them are reported."""

from pathlib import Path

import pytest

from assistant.core.errors import SettingsError
from assistant.core.values.sampling import SamplingChanges
from assistant.settings import (
    SECTIONS,
    EndpointName,
    EndpointSettings,
    EngineSettings,
    OneModelSettings,
    ScreenSettings,
    Settings,
    load_settings,
)


def write(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml", {}) == Settings()


def test_sections_that_are_given_leave_the_defaults_of_the_others(tmp_path: Path) -> None:
    file = write(tmp_path, '[screen]\ntheme = "light"\n[model.Small.sampling]\ntemperature = 0\n')
    engine = {"ASSISTANT_ENGINE__THREADS": "2"}

    assert load_settings(tmp_path / "none.toml", engine) == Settings(
        engine=EngineSettings(threads=2)
    )
    assert load_settings(file, {}) == Settings(
        screen=ScreenSettings(theme="light"),
        model={"Small": OneModelSettings(sampling=SamplingChanges(temperature=0))},
    )


def test_every_section_has_its_checks() -> None:
    plain = {name: field.annotation for name, field in Settings.model_fields.items()}

    assert plain.pop("model") == dict[str, OneModelSettings]
    assert plain.pop("endpoints") == dict[EndpointName, EndpointSettings]
    assert plain == SECTIONS


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[engine]\nthreads = 3\nbatch = 64\n")

    settings = load_settings(file, {"ASSISTANT_ENGINE__THREADS": "2", "ASSISTANT_HOME": "/x"})

    assert (settings.engine.threads, settings.engine.batch) == (2, 64)


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ("[engine\n", {}, ["settings.toml", "not valid TOML", "line 1"]),
        ("[engine]\nthread = 2\n", {}, ["settings.toml", "`engine.thread`", "not a setting"]),
        (
            "[engine]\nthreads = -1\n",
            {},
            ["`engine.threads`", "-1", "number from 0 to 512"],
        ),
        ("engine = 3\n", {}, ["settings.toml", "`engine`", "3"]),
        ("", {"ASSISTANT_ENGINE__THREADS": "many"}, ["ASSISTANT_ENGINE__THREADS", "'many'"]),
        ("", {"ASSISTANT_ENGIN__THREADS": "1"}, ["ASSISTANT_ENGIN__THREADS", "not a setting"]),
        ("engine = 3\n", {"ASSISTANT_ENGINE__THREADS": "1"}, ["not a section"]),
        ("[sampling]\ntemperature = nan\n", {}, ["`sampling.temperature`", "nan", "from 0 to 5"]),
    ],
)
def test_a_mistake_names_the_place_the_key_and_the_reason(
    tmp_path: Path, text: str, environment: dict[str, str], words: list[str]
) -> None:
    file = write(tmp_path, text)

    with pytest.raises(SettingsError) as caught:
        load_settings(file, environment)

    for word in words:
        assert word in caught.value.message


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path, {})
