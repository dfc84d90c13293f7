"""How the parts are put together."""

import ast
import json
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant import __version__
from assistant.bootstrap import build, model_catalog, prompt_library
from assistant.core.conversations.start import begin_conversation
from assistant.core.errors import SettingsError, StorageError
from assistant.core.values.sampling import SamplingChanges
from assistant.settings import OneModelSettings, Settings
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from assistant.workers import (
    PACKAGE,
    SAID_TO_WORKERS,
    engine_worker,
    make_folders,
    run_worker,
    worker_version,
)
from tests.support.gguf_files import write_model


class LongAgo:
    def now(self) -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC)


def test_tidying_up_empties_the_trash_of_long_ago(home: Path) -> None:
    paths = find_paths()
    make_folders(paths)
    with closing(SqliteConversations(paths.chats, LongAgo())) as store:
        old = store.create()
        store.append(old.id, None, "user", "Hello")
        store.delete(old.id)

    assistant = build(Settings(), paths)
    assistant.tidy()

    assert assistant.store.conversations(deleted=True) == []
    assistant.close()


def test_what_the_settings_say_of_one_model_reaches_its_load_and_its_sampling(home: Path) -> None:
    own = OneModelSettings(threads=3, sampling=SamplingChanges(temperature=0.9))
    paths = find_paths()
    make_folders(paths)
    write_model(paths.models / "small.gguf")
    settings = Settings(model={"Small": own})

    with closing(build(settings, paths)) as assistant:
        assert assistant.chat.sampling.for_model("small").temperature == 0.9
        assert assistant.chat.sampling.for_model(None).temperature == settings.sampling.temperature
    models = model_catalog(settings, paths)
    assert models.options_of(models.reference("small")).threads == 3


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(home: Path) -> None:
    (home / "data").write_text("in the way")

    with pytest.raises(StorageError) as caught:
        build(Settings(), find_paths())

    assert str(home / "data") in caught.value.message
    assert "ASSISTANT_HOME" in caught.value.hint


def test_folders_that_others_could_look_into_are_closed(home: Path) -> None:
    paths = find_paths()
    paths.data.mkdir()
    paths.data.chmod(0o755)

    make_folders(paths)

    assert paths.data.stat().st_mode & 0o777 == 0o700


def test_the_worker_starts_from_any_folder(home: Path, tmp_path: Path) -> None:
    command = engine_worker(find_paths()).command[:-2]

    done = subprocess.run(
        [*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("assistant ")


def test_builds_that_say_other_things_to_workers_are_no_version_of_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "assistant"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("assistant.workers.PACKAGE", copy)
    version = worker_version.__wrapped__
    assert version() == worker_version()

    with (copy / "cli" / "about.py").open("a") as file:
        file.write("# says nothing to workers\n")
    assert version() == worker_version()

    seen = {version()}
    for said in ("engine/protocol.py", "library/protocol.py", "core/values/events.py"):
        with (copy / said).open("a") as file:
            file.write("# says something else\n")
        seen.add(version())
    assert len(seen) == 4
    assert all(each.startswith(f"{__version__}+") for each in seen)


def test_all_that_is_said_to_workers_tells_builds_apart() -> None:
    """What the protocols import is of their modules, of the values, or holds no values."""
    names = [name.removesuffix(".py").replace("/", ".") for name in SAID_TO_WORKERS]
    imported = {
        part.module
        for name in SAID_TO_WORKERS
        for part in ast.walk(ast.parse((PACKAGE / name).read_text()))
        if isinstance(part, ast.ImportFrom) and part.module
    }
    others = {
        module
        for module in imported
        if module.startswith("assistant.")
        and module.removeprefix("assistant.") not in names
        and not module.startswith("assistant.core.values.")
    }
    assert others <= {"assistant.core", "assistant.core.errors", "assistant.language.messages"}


def test_a_program_that_is_not_installed_starts_from_its_source(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.workers.APP", "no-such-distribution")

    command = engine_worker(find_paths()).command[:-2]
    done = subprocess.run(
        [*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert command[2] == "-c"
    assert done.stdout.startswith("assistant ")


def test_a_packaged_program_starts_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    assert engine_worker(find_paths()).command == (sys.executable, "--worker", "engine")


def test_the_program_itself_looks_into_vectors(home: Path, tmp_path: Path) -> None:
    command = [*engine_worker(find_paths()).command[:-1], "probe"]
    request = {"folder": str(tmp_path / "none"), "prefix": "passages-", "probes": []}

    done = subprocess.run(
        command, cwd=tmp_path, input=json.dumps(request), capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout.splitlines()[-1]) == {"wrong": ""}


def test_an_unknown_worker_is_refused(home: Path) -> None:
    with pytest.raises(SettingsError, match="no worker called 'nope'"):
        run_worker("nope")


def test_a_prompt_file_that_is_no_yaml_is_a_problem_with_a_reason(home: Path) -> None:
    folder = home / "prompts"
    folder.mkdir()
    (folder / "bad.md").write_text("---\ntitle: [\n---\nx\n")
    (folder / "evil.md").write_text("---\ntitle: !!python/object/apply:os.getpid []\n---\nx\n")

    prompts, problems = prompt_library(find_paths()).read()

    assert {Path(problem.path).name for problem in problems} == {"bad.md", "evil.md"}
    assert all("\n" not in problem.reason for problem in problems)
    assert "general" in [prompt.name for prompt in prompts]


def test_a_conversation_keeps_the_prompt_as_it_is_when_it_begins(home: Path) -> None:
    assistant = build(Settings(), find_paths())
    general = assistant.prompts.get("general")

    begun = begin_conversation(assistant.store, general, "big")
    bare = begin_conversation(assistant.store)

    assert (begun.system_prompt, begun.prompt_name, begun.model) == (general.text, "general", "big")
    assert (bare.system_prompt, bare.prompt_name, bare.model) == ("", None, None)
    assistant.close()
