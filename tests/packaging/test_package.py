"""The recipes agree with the project, and packages that were built here hold what they promise."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from assistant.cli.entry import command
from tests.support.checkout import CHECKOUT

PACKAGING = CHECKOUT / "packaging"
LEFT_OUT = {"torch", "sentence-transformers", "llama-cpp-python"}
"""Dependencies that the packaged program does without, or gets from a recipe of its own."""


def names(lines: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in found if name}


@pytest.fixture(params=["assistant", "assistant-*.run", "assistant_*.deb"])
def package(request: pytest.FixtureRequest) -> Path:
    """A package that was built here."""
    found = sorted((CHECKOUT / "dist").glob(request.param))
    if not found:
        pytest.skip(f"there is no dist/{request.param}: `make package deb` builds it")
    return found[-1]


def test_the_package_is_built_from_what_the_project_depends_on() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    listed = names((PACKAGING / "pyinstaller" / "requirements.txt").read_text().splitlines())

    assert names(project["dependencies"]) - LEFT_OUT <= listed
    assert not LEFT_OUT & listed


def test_llama_cpp_is_built_in_the_version_that_is_tested() -> None:
    required = (PACKAGING / "llama" / "requirements.txt").read_text()
    constraints = (CHECKOUT / "constraints.txt").read_text()
    [version] = re.findall(r"^llama[_-]cpp[_-]python==(\S+)$", constraints, re.MULTILINE)

    assert f"llama-cpp-python=={version} --hash=sha256:" in required


@pytest.mark.parametrize("recipe", sorted(PACKAGING.rglob("*.sh")), ids=lambda file: file.name)
def test_a_recipe_is_a_shell_script_without_mistakes(recipe: Path) -> None:
    subprocess.run(["sh", "-n", str(recipe)], check=True)


def test_the_manual_page_tells_every_command() -> None:
    made = subprocess.run(
        [sys.executable, str(PACKAGING / "deb" / "man.py")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert made.startswith(".TH ASSISTANT 1")
    for name in ("ask", "add", "search", "library", "doctor", "licenses"):
        assert f".SS assistant {name} " in made


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="there is no dpkg-deb")
def test_the_debian_package_brings_the_server_as_a_unit_that_nothing_enables(
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    shutil.copytree(PACKAGING, root / "packaging")
    for name in ("assistant", "CHANGELOG.md"):
        (root / name).symlink_to(CHECKOUT / name)
    frozen = root / "dist" / "assistant" / "assistant"
    frozen.parent.mkdir(parents=True)
    frozen.write_text("#!/bin/sh\necho complete\n")
    frozen.chmod(0o755)
    environment = {**os.environ, "VENV": sys.prefix, "LEVEL": "0"}
    recipe = root / "packaging" / "deb" / "build.sh"
    subprocess.run(["sh", str(recipe)], env=environment, check=True, capture_output=True)

    [made] = (root / "dist").glob("*.deb")
    subprocess.run(["dpkg-deb", "--raw-extract", str(made), str(tmp_path / "x")], check=True)

    there = {str(file.relative_to(tmp_path / "x")) for file in (tmp_path / "x").rglob("*")}
    assert {"usr/lib/systemd/user/assistant-serve.service", "usr/bin/assistant"} <= there
    # Neither a script of the package nor a link starts it.
    assert {each for each in there if each.startswith("DEBIAN/")} == {
        "DEBIAN/control",
        "DEBIAN/md5sums",
    }
    assert [each for each in there if "assistant-serve" in each] == [
        "usr/lib/systemd/user/assistant-serve.service"
    ]


def test_the_unit_starts_the_server_as_the_program_takes_it() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.read(PACKAGING / "deb" / "assistant-serve.service")
    program, *arguments = unit["Service"]["ExecStart"].split()

    assert program == "/usr/bin/assistant"
    name, subcommand, rest = command.resolve_command(click.Context(command), arguments)
    assert name == "serve"
    assert subcommand is not None
    assert subcommand.make_context("serve", rest).params["quiet"]


@pytest.mark.slow
@pytest.mark.model
def test_a_package_does_everything_where_nothing_helps_it(package: Path) -> None:
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("making namespaces needs root on Linux")
    done = subprocess.run(
        [sys.executable, str(PACKAGING / "smoke.py"), str(package)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
