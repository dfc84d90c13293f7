"""Which files of a repository are meant."""

from collections.abc import Sequence
from pathlib import Path

from assistant.core.downloads import RemoteFile
from assistant.core.errors import DownloadError
from assistant.engine.parts import count_of_parts, is_later_part, is_part_of, name_of

PREFERRED = ("Q4_K_M", "Q4_K_S", "Q4_0", "IQ4_XS", "Q5_K_M", "Q8_0")
"""What is taken when nothing is asked for: small and nearly as good as more."""


def chosen(
    repository: str, files: Sequence[RemoteFile], wanted: str
) -> tuple[list[RemoteFile], list[str]]:
    """All parts of the model that is meant, and the other models by their first files.

    Args:
        wanted: the name of a file, or a quantization such as `Q4_K_M`; empty takes the best known.

    Raises:
        DownloadError: there is no such file.
    """
    first = [
        file
        for file in files
        if file.name.lower().endswith(".gguf")
        and not is_later_part(_path(file))
        and not _path(file).name.lower().startswith("mmproj")
    ]
    if not first:
        raise DownloadError(
            f"The repository {repository} has no GGUF file.",
            "Look for one whose name ends in GGUF.",
        )
    found = _named(first, wanted) if wanted else _best(first)
    if found is None:
        names = ", ".join(file.name for file in first[:20])
        raise DownloadError(f"The repository {repository} has no {wanted!r}.", f"It has: {names}.")
    whole = name_of(_path(found))
    beside = (file for file in files if _path(file).parent == _path(found).parent)
    parts = [file for file in beside if file is found or is_part_of(_path(file), whole)]
    if len(parts) < count_of_parts(_path(found)):
        raise DownloadError(f"The repository {repository} lacks parts of {found.name}.")
    return sorted(parts, key=lambda f: f.name), [f.name for f in first if f is not found]


def _named(files: Sequence[RemoteFile], wanted: str) -> RemoteFile | None:
    low = wanted.lower().removesuffix(".gguf")
    for file in files:
        if low in (file.name.lower()[:-5], _path(file).stem.lower(), name_of(_path(file)).lower()):
            return file
    return _tagged(files, low)


def _best(files: Sequence[RemoteFile]) -> RemoteFile:
    for tag in PREFERRED:
        if (found := _tagged(files, tag.lower())) is not None:
            return found
    return min(files, key=lambda file: file.size)


def _tagged(files: Sequence[RemoteFile], tag: str) -> RemoteFile | None:
    """The one whose name ends in a quantization."""
    for file in files:
        name = name_of(_path(file)).lower()
        if name.endswith(tag) and name.removesuffix(tag)[-1:] in ("", "-", ".", "_"):
            return file
    return None


def _path(file: RemoteFile) -> Path:
    return Path(file.name)
