"""What a front end imports, and what it must never import: asked of a fresh interpreter."""

from pathlib import Path

import pytest

from tests.support.fresh_imports import (
    FIRST_FRAME,
    came_in,
    imports_of,
    not_imported,
    not_listed,
)

HEAVY = {
    "chromadb",
    "httpx",
    "httpx2",
    "huggingface_hub",
    "llama_cpp",
    "numpy",
    "onnxruntime",
    "sentence_transformers",
    "starlette",
    "tokenizers",
    "torch",
    "transformers",
    "uvicorn",
}

NEEDED_LATER = {"jsonschema", "psutil", "yaml"}
"""Light enough for a front end, and of no use to what it shows first."""

OF_NO_PLAIN_QUESTION = {
    "assistant.cli.ask.output_form",
    "assistant.cli.ask.sources",
    "assistant.core.conversations.search_query",
    "assistant.core.grounding.citations",
    "assistant.core.grounding.retrieval",
    "assistant.core.values.changes",
    "assistant.core.values.documents",
    "assistant.core.values.library",
    "assistant.core.values.transcript",
    "assistant.core.values.tuning",
    "assistant.library.protocol",
    "assistant.storage.tables.search",
}
"""What a question needs only where there are files, or never; its values alone take a tenth of the
time before the question is sent."""

BEHIND_THE_FIRST_FRAME = {"email", "filelock", "pydantic", "sqlite3"}
"""What values, stores and workers are built on; the first frame shows none of them."""

AT_THE_FIRST_FRAME = {
    "assistant",
    "assistant.cli",
    "assistant.core",
    "assistant.language",
    "assistant.settings_source",
    "assistant.system.disk_room",
    "assistant.system.paths",
    "assistant.tui",
    "assistant.tui.chat.panels",
    "assistant.tui.chat.status_line",
    "assistant.tui.composer.input",
    "assistant.tui.conversations.rows",
    "assistant.tui.conversations.sidebar",
    "assistant.tui.toolkit",
}
"""Folders of which any file may be imported before the first frame is there, and single files.

All of it is imported while a user waits for the screen; what is shown later comes later.
"""


@pytest.mark.parametrize(
    "code",
    [
        "import assistant.__main__",
        "import assistant.cli.entry",
        "import assistant.bootstrap",
        "import assistant.doctor.run",
        "import assistant.tui.app",
    ],
)
def test_no_front_end_imports_what_belongs_to_a_worker(code: str) -> None:
    assert came_in(imports_of(code), HEAVY) == ""


@pytest.mark.parametrize(
    "module", ["assistant.cli.entry", "assistant.bootstrap", "assistant.doctor.run"]
)
def test_commands_do_not_import_the_screen(module: str) -> None:
    assert came_in(imports_of(f"import {module}"), {"textual", "rich", "yaml"}) == ""


def test_help_is_answered_without_opening_anything() -> None:
    code = "from assistant.cli.entry import main; assert main(['ask', '--help']) == 0"

    assert came_in(imports_of(code), {"sqlite3", "textual", *NEEDED_LATER}) == ""


@pytest.mark.usefixtures("home")
def test_values_are_checked_without_a_look_for_plugins() -> None:
    code = """
import sys
from assistant.__main__ import main
sys.argv = ["assistant", "settings"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""
    imports = imports_of(code)

    assert "pydantic" in imports
    assert came_in(imports, {"email", "importlib.metadata"}) == ""


def test_a_question_does_not_import_the_readers_of_files_that_nobody_may_have() -> None:
    imports = imports_of("import assistant.cli.ask.command, assistant.bootstrap")

    assert came_in(imports, {"configparser", "tomllib", *NEEDED_LATER}) == ""


@pytest.mark.usefixtures("home")
def test_a_question_to_no_files_imports_nothing_of_files_searches_and_exports() -> None:
    imports = imports_of("""
from dataclasses import replace
from assistant.bootstrap import build
from assistant.cli.entry import main, process_program
from assistant.core.turn.chat import Chat
from tests.support.fake_models import ScriptedModels

def build_scripted(settings, paths, **how):
    parts, models = build(settings, paths, **how), ScriptedModels()
    chat = Chat(parts.store, models, settings.sampling, parts.library, prompts=parts.prompts)
    return replace(parts, models=models, chat=chat)

program = process_program()
program.build = build_scripted
assert main(["ask", "What is the capital of France?"], program) == 0
""")

    assert "assistant.storage.store.messages" in imports
    assert came_in(imports, OF_NO_PLAIN_QUESTION) == ""


def test_no_garbage_is_collected_while_a_question_is_imported() -> None:
    imports_of("""
import gc
from assistant.__main__ import COMMAND_GC
gc.set_threshold(*COMMAND_GC)
before = gc.get_stats()[0]["collections"]
import assistant.cli.ask.command, assistant.bootstrap
assert gc.get_stats()[0]["collections"] == before
""")


@pytest.mark.usefixtures("home")
def test_before_the_first_frame_only_what_it_shows_is_imported() -> None:
    imports = imports_of(FIRST_FRAME)

    assert came_in(imports, HEAVY | NEEDED_LATER | BEHIND_THE_FIRST_FRAME) == ""
    assert not_listed(imports, AT_THE_FIRST_FRAME) == ""
    assert not_imported(imports, AT_THE_FIRST_FRAME) == ""


def test_what_came_in_is_named_with_everything_that_it_came_in_through(tmp_path: Path) -> None:
    for name, text in (("first", "import second"), ("second", "import numpy")):
        (tmp_path / f"{name}.py").write_text(text)
    imports = imports_of(f"import sys; sys.path.append({str(tmp_path)!r}); import first")

    assert came_in(imports, HEAVY) == "numpy came in through second ← first."


def test_what_is_not_listed_is_named_once_and_not_what_it_needs_itself() -> None:
    imports = {
        "assistant": "__main__",
        "assistant.app": "__main__",
        "assistant.screens": "assistant.app",
        "assistant.screens.chat": "assistant.app",
        "assistant.screens.trash": "assistant.screens.chat",
        "assistant.store.trash": "assistant.screens.trash",
        "textual": "assistant.app",
    }

    assert not_listed(imports, {"assistant", "assistant.screens", "assistant.store"}) == ""
    assert not_listed(imports, {"assistant.app", "assistant.screens.chat"}) == (
        "assistant.screens.trash came in through assistant.screens.chat ← assistant.app:"
        " import it where it is first needed, or list it or its folder."
    )


def test_what_is_listed_and_came_no_more_is_named() -> None:
    imports = {"assistant.screens.chat": "assistant.app"}

    assert not_imported(imports, {"assistant.screens", "assistant.screens.chat"}) == ""
    assert not_imported(imports, {"assistant.screens.trash", "assistant.store"}) == (
        "assistant.screens.trash is not imported any more: take it off the list.\n"
        "assistant.store is not imported any more: take it off the list."
    )
