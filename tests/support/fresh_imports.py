"""What a fresh interpreter imports, and through which module each came in."""

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping

Importers = Mapping[str, str]
"""Modules that were imported, and which module asked for each first."""

RECORD = """
import json, sys

class Recorder:
    importers = {}

    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_globals["__name__"]:
            frame = frame.f_back
        self.importers.setdefault(name, frame.f_globals["__name__"])

def imported():
    return {name: by for name, by in Recorder.importers.items() if name in sys.modules}

sys.meta_path.insert(0, Recorder())
"""

END = "print(json.dumps(imported()))"

FIRST_FRAME = """
from assistant.cli.entry import main, process_program
from assistant.core.errors import AssistantError
from textual.app import App

def run(app):
    def open_nothing(report):
        at_first_frame.update(imported())
        raise AssistantError("This is all.")

    app.open_services = open_nothing
    run_app(app, headless=True, size=(100, 30))

at_first_frame = {}
App.run, run_app = run, App.run
program = process_program()
program.screen = True
assert main([], program) == AssistantError.exit_code
imported = lambda: at_first_frame
"""
"""Opens the screen as the command line does, and leaves it where it would begin to do something
behind the first frame."""


def imports_of(code: str) -> dict[str, str]:
    """What a fresh interpreter has imported after running `code`, packages too."""
    done = subprocess.run(
        [sys.executable, "-c", f"{RECORD}\n{code}\n{END}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def came_in(imports: Importers, packages: Collection[str]) -> str:
    """A line for each of `packages` that was imported: through which modules it came in."""
    return "\n".join(
        f"{name} came in through {_importers(imports, name)}."
        for name in imports
        if name in packages
    )


def not_listed(imports: Importers, listed: Collection[str]) -> str:
    """A line for each file of the program that was imported though neither it nor its folder is
    listed; of what came in through another such file, only that one.
    """
    rooms = {name.rpartition(".")[0] for name in imports}
    more = {
        name
        for name in imports
        if name.startswith("assistant.")
        and name not in rooms
        and not {name, name.rpartition(".")[0]} & {*listed}
    }
    return "\n".join(
        f"{name} came in through {_importers(imports, name)}:"
        " import it where it is first needed, or list it or its folder."
        for name in sorted(more)
        if imports[name] not in more
    )


def not_imported(imports: Importers, listed: Collection[str]) -> str:
    """A line for each name that is listed and of which nothing was imported."""
    there = {*imports, *(name.rpartition(".")[0] for name in imports)}
    return "\n".join(
        f"{name} is not imported any more: take it off the list."
        for name in sorted({*listed} - there)
    )


def _importers(imports: Importers, name: str) -> str:
    return " ← ".join(_chain(imports, name)) or "nothing else"


def _chain(imports: Importers, name: str) -> Iterator[str]:
    """The module that asked for `name`, the one that asked for that, and so on."""
    while (name := imports.get(name, "")) and name != "__main__":
        yield name
