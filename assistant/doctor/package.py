"""Whether the packaged program is as it was made: no file missing, none changed."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from assistant.doctor.report import Check, fail, ok

SUMS = Path("_internal") / "SHA256SUMS"
"""Inside the program's folder; lines as sha256sum writes them."""

SHOWN = 3
_FIX = "Install the program again."


def package(folder: Path, *, quick: bool) -> Check:
    """Compare every file with the list that the package brings.

    Args:
        folder: the one that holds the program.
        quick: look only whether the files are there; reading them takes a second and more.
    """
    name = "package"
    try:
        listed = list(_listed(folder / SUMS))
    except (OSError, ValueError) as failure:
        return fail(name, f"{folder / SUMS} cannot be read: {failure}", _FIX)
    wrong = [problem for path, digest in listed if (problem := _wrong(path, digest, quick))]
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        return fail(name, f"{', '.join(wrong[:SHOWN])}{more} in {folder}", _FIX)
    how = "there" if quick else "as they were made"
    return ok(name, f"{folder}: {len(listed):,} files are {how}")


def _listed(sums: Path) -> Iterator[tuple[Path, str]]:
    for line in sums.read_text(encoding="utf-8").splitlines():
        digest, found, path = line.partition("  ")
        if not found:
            raise ValueError(f"{line[:40]!r} names no file")
        yield sums.parents[1] / path, digest


def _wrong(path: Path, digest: str, quick: bool) -> str:
    try:
        with path.open("rb") as stream:
            changed = not quick and file_digest(stream, "sha256").hexdigest() != digest
    except FileNotFoundError:
        return f"{path.name} is missing"
    except OSError as failure:
        return f"{path.name} cannot be read ({failure.strerror})"
    return f"{path.name} is damaged" if changed else ""
