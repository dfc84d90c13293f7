"""Whose files the package holds: distributions, llama.cpp, SQLite, Python and system libraries."""

import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from assistant import __version__
from assistant.system.about import License, license_of, sorted_by_name

ROOT = Path(__file__).parents[2]


def shipped(files: Iterable[str], llama: Path, sqlite: Path) -> tuple[License, ...]:
    """The licences of everything that the source files `files` of a package belong to."""
    owners = _owners()
    paths = {Path(file).resolve() for file in files}
    found = {owners[path].name: license_of(owners[path]) for path in paths if path in owners}
    found["assistant"] = License(
        name="assistant",
        version=__version__,
        license="Apache-2.0",
        texts=((ROOT / "LICENSE").read_text(),),
    )
    found.update({one.name: one for one in _models()})
    found["llama.cpp"] = License(
        name="llama.cpp",
        version=f"of llama-cpp-python {found['llama_cpp_python'].version}",
        license="MIT",
        texts=((llama / "licenses" / "llama.cpp.txt").read_text(),),
    )
    found["SQLite"] = License(
        name="SQLite", version=(sqlite / "version").read_text().strip(), license="blessing"
    )
    found["Python"] = _python()
    found.update({one.name: one for one in _system(paths)})
    return sorted_by_name(found.values())


def _owners() -> dict[Path, Distribution]:
    """Every installed file and whose it is."""
    return {
        Path(str(found.locate_file(file))).resolve(): found
        for found in distributions()
        for file in found.files or ()
    }


def _models() -> Iterable[License]:
    yield License(name="SmolLM2-135M-Instruct", version="Q4_1", license="Apache-2.0")
    yield License(name="multilingual-e5-small", version="enpt, ONNX", license="MIT")


def _python() -> License:
    folder = Path(sys.base_prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    version = ".".join(map(str, sys.version_info[:3]))
    return License(
        name="Python",
        version=version,
        license="PSF-2.0",
        texts=((folder / "LICENSE.txt").read_text(),),
    )


def _system(paths: Iterable[Path]) -> Iterable[License]:
    """Libraries of the system the package was built on, by Debian package."""
    packages: dict[str, str] = {}
    for path in sorted(paths):
        if not str(path).startswith(("/lib", "/usr/lib")):
            continue
        # The package database knows files by the names they had before /usr was merged.
        for name in (str(path), str(path).removeprefix("/usr")):
            done = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                packages[done.stdout.split(":")[0]] = name
                break
    for package in packages:
        asked = ["dpkg-query", "-W", "-f", "${Version}", package]
        version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        text = Path("/usr/share/doc") / package / "copyright"
        yield License(
            name=package,
            version=version,
            license="see its text",
            texts=(text.read_text(errors="replace"),) if text.is_file() else (),
        )
