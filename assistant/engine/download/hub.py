"""Hugging Face downloads: which files of a repository, resumed, each checked by its SHA-256.

Mirrors of it work as well. huggingface_hub says what a repository holds.
"""

import fcntl
import hashlib
import os
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from time import monotonic, sleep
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
)
from huggingface_hub.file_download import hf_hub_url
from huggingface_hub.hf_api import HfApi, ModelInfo
from huggingface_hub.utils._auth import get_token
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import get_session

from assistant.core.errors import AccessError, DownloadError
from assistant.core.values.models import DownloadProgress, Offer, RemoteFile
from assistant.core.wording import size
from assistant.engine.gguf.files import is_later_part, is_part_of, name_without_part, part_count
from assistant.language.messages import N_

IDLE_TIMEOUT = 30.0
"""Seconds without a byte after which a connection is given up."""

MAX_FRUITLESS_TRIES = 5
"""In a row that bring nothing."""

MAX_TRIES = 1000
"""For one file, however little each of them brings."""

BLOCK_BYTES = 2**20
REPORT_SECONDS = 0.2
"""Seconds between two reports."""

RATE_WINDOW = 5.0
"""Seconds over which the rate is taken."""

RESERVED_BYTES = 200 * 2**20
"""Bytes of the disk that are left free."""

RETRY_HINT = N_("Try again: the download continues where it stopped.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Hub:
    """A model hub: one server, and the token that it is asked with."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        """Args:
        token: None shows none, an empty one is the one that the user has logged in with.
        """
        self._endpoint = endpoint.rstrip("/")
        self._token = get_token() if token == "" else token
        parts = urlsplit(endpoint)
        if self._token and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise DownloadError(
                f"A token is not sent to {endpoint}: the connection is not encrypted.",
                "Set models.endpoint to an address that begins with https.",
            )

    def find(self, wanted: str) -> Offer:
        """See `ModelDownloads.find`."""
        repository, _, file = wanted.strip().partition(":")
        info = self._info(repository)
        files = [
            RemoteFile(name=one.rfilename, size=one.lfs.size, sha256=one.lfs.sha256)
            for one in info.siblings or ()
            if one.lfs is not None and _is_safe(one.rfilename)
        ]
        parts, others = choose_files(repository, files, file)
        card: Any = info.card_data or {}
        licence = card.get("license_name") or card.get("license") or ""
        return Offer(
            repository=repository,
            revision=info.sha or "main",
            files=tuple(parts),
            licence=str(licence),
            url=str(card.get("license_link") or f"{self._endpoint}/{repository}"),
            others=tuple(others),
        )

    def fetch(self, offer: Offer, folder: Path, patience: float) -> Iterator[DownloadProgress]:
        """Download all files of an offer into a folder.

        Args:
            patience: seconds before a second try; each further one waits twice as long.
        """
        report = _Report(offer.size)
        for file in offer.files:
            if not _is_safe(file.name):
                raise DownloadError(f"The server names a file {file.name!r}, outside its folder.")
            target = folder / file.name
            if target.exists() and target.stat().st_size == file.size:
                yield from report.at(file.size)
                if _hash_of(target) == file.sha256:
                    report.close(file.size)
                    continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with _part_of(target, file) as part:
                yield from self._fill(part, offer, file, report, patience)
                os.fsync(part.fileno())
                Path(part.name).replace(target)
            report.close(file.size)

    def _info(self, repository: str) -> ModelInfo:
        api = HfApi(endpoint=self._endpoint, token=self._token or False)
        try:
            return api.model_info(repository, files_metadata=True, timeout=IDLE_TIMEOUT)
        except HFValidationError:
            raise DownloadError(
                f"{repository!r} is not the name of a repository.", "It looks like OWNER/NAME."
            ) from None
        except GatedRepoError:
            raise self._no_access(repository) from None
        except RepositoryNotFoundError:
            # The server tells strangers of private repositories as of those that are not there.
            if self._token:
                raise DownloadError(f"There is no repository {repository}.") from None
            raise AccessError(
                f"There is no repository {repository}, or it is only for those with a token."
            ) from None
        except HfHubHTTPError as failure:
            raise self._refusal(repository, failure.response.status_code) from None
        except httpx2.HTTPError as failure:
            raise self._unreachable(failure) from None
        except ValueError:
            raise DownloadError(
                f"{self._endpoint} answers as no model server does.", "Check models.endpoint."
            ) from None

    def _fill(
        self, part: BinaryIO, offer: Offer, file: RemoteFile, report: "_Report", patience: float
    ) -> Iterator[DownloadProgress]:
        """Bring the rest of a file, trying again after a pause as long as anything arrives."""
        digest = hashlib.sha256()
        while block := part.read(BLOCK_BYTES):
            digest.update(block)
            yield from report.at(part.tell())
        _check_room(part, file)
        failures = tries = 0
        while part.tell() < file.size:
            if tries:
                sleep(patience * 2 ** max(failures - 1, 0))
            before = part.tell()
            problem = N_("the connection ended early")
            try:
                with self._opened(offer, file, before) as response:
                    # The whole file from its beginning begins with what is there.
                    known = 0 if response.status_code == 206 else before
                    # In blocks of a size the last would be lost when the connection breaks.
                    for whole in response.iter_raw():
                        block, known = whole[known:], max(known - len(whole), 0)
                        if part.tell() + len(block) > file.size:
                            raise self._wrong(part, file, N_("more than it announced"))
                        _write(part, block)
                        digest.update(block)
                        yield from report.at(part.tell())
            except httpx2.HTTPError as failure:
                problem = str(failure) or type(failure).__name__
            failures = 0 if part.tell() > before else failures + 1
            tries += 1
            if part.tell() < file.size and (failures >= MAX_FRUITLESS_TRIES or tries >= MAX_TRIES):
                raise DownloadError(
                    f"{self._endpoint} does not send {file.name}: {problem}.", RETRY_HINT
                )
        if digest.hexdigest() != file.sha256:
            raise self._wrong(part, file, N_("another file than it announced (SHA-256)"))

    @contextmanager
    def _opened(self, offer: Offer, file: RemoteFile, start: int) -> Iterator[httpx2.Response]:
        url = hf_hub_url(
            offer.repository, file.name, revision=offer.revision, endpoint=self._endpoint
        )
        headers = build_hf_headers(token=self._token or False, library_name="assistant")
        headers["Accept-Encoding"] = "identity"
        if start:
            headers["Range"] = f"bytes={start}-"
        with get_session().stream("GET", url, headers=headers, timeout=IDLE_TIMEOUT) as response:
            status = response.status_code
            if status == 206 and not _continues_at(response, start, file.size):
                raise httpx2.RemoteProtocolError("it sends another part than was asked for")
            if status >= 500 or status in (408, 429):
                raise httpx2.RemoteProtocolError(f"it answers with status {status}")
            if status not in (200, 206):
                raise self._refusal(offer.repository, status)
            yield response

    def _wrong(self, part: BinaryIO, file: RemoteFile, what: str) -> DownloadError:
        Path(part.name).unlink(missing_ok=True)
        return DownloadError(
            f"{self._endpoint} sent {what}: {file.name} was discarded.",
            "Try again, or use another source.",
        )

    def _refusal(self, repository: str, status: int) -> DownloadError:
        if status in (401, 403):
            return self._no_access(repository)
        return DownloadError(
            f"{self._endpoint} does not give {repository} (status {status}).", "Try again later."
        )

    def _no_access(self, repository: str) -> AccessError:
        return AccessError(
            f"{repository} is only for those who have accepted its terms.",
            f"Accept them at {self._endpoint}/{repository}, then give a token (HF_TOKEN).",
        )

    def _unreachable(self, failure: Exception) -> DownloadError:
        return DownloadError(
            f"{self._endpoint} cannot be reached: {failure}.",
            "Check the connection, and models.endpoint.",
        )


class _Report:
    """How far all files together are, now and then."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._before = 0
        self._reported_at = 0.0
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, position: int) -> Iterator[DownloadProgress]:
        now, done = monotonic(), self._before + position
        if now - self._reported_at < REPORT_SECONDS and done < self._total:
            return
        self._reported_at = now
        self._seen.append((now, done))
        while now - self._seen[0][0] > RATE_WINDOW:
            self._seen.popleft()
        since, start = self._seen[0]
        rate = (done - start) / (now - since) if now - since > REPORT_SECONDS else 0.0
        yield DownloadProgress(done=done, total=self._total, rate=max(rate, 0))

    def close(self, size: int) -> None:
        self._before += size


@contextmanager
def _part_of(target: Path, file: RemoteFile) -> Iterator[BinaryIO]:
    """What has arrived of a file; its name tells of which, so that another is not gone on with."""
    path = target.with_name(f"{target.name}.{file.sha256[:12]}.part")
    with path.open("a+b") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DownloadError(f"{target.name} is being downloaded by another process.") from None
        if part.tell() > file.size:
            part.truncate(0)
        part.seek(0)
        yield part


def _check_room(part: BinaryIO, file: RemoteFile) -> None:
    needed = file.size - part.tell()
    free = shutil.disk_usage(Path(part.name).parent).free
    if needed + RESERVED_BYTES > free:
        raise DownloadError(
            f"{file.name} needs {size(needed)} more on the disk, and {size(free)} are free.",
            "Free some space, or choose a smaller model.",
        )


def _write(part: BinaryIO, block: bytes) -> None:
    try:
        part.write(block)
        part.flush()
    except OSError as failure:
        raise DownloadError(
            f"{Path(part.name).name} cannot be written: {failure.strerror}.",
            "Free some space; the download then continues where it stopped.",
        ) from None


def _continues_at(response: httpx2.Response, start: int, size: int) -> bool:
    """Whether a partial answer is the part that was asked for."""
    said = response.headers.get("Content-Range", "")
    return said.startswith(f"bytes {start}-") and said.endswith((f"/{size}", "/*"))


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_safe(name: str) -> bool:
    """Whether a name from a server stays within its folder."""
    path = PurePosixPath(name)
    return bool(path.name) and not path.is_absolute() and not {"..", "."} & set(name.split("/"))


PREFERRED_QUANTIZATIONS = ("Q4_K_M", "Q4_K_S", "Q4_0", "IQ4_XS", "Q5_K_M", "Q8_0")
"""What is taken when nothing is asked for: small and nearly as good as more."""


def choose_files(
    repository: str, files: Sequence[RemoteFile], wanted: str
) -> tuple[list[RemoteFile], list[str]]:
    """Choose the files of a model in a repository.

    Args:
        wanted: the name of a file, or a quantization such as `Q4_K_M`; empty takes the best known.

    Returns: all parts of it, and the first files of the other models.

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
    whole = name_without_part(_path(found))
    beside = (file for file in files if _path(file).parent == _path(found).parent)
    parts = [file for file in beside if file is found or is_part_of(_path(file), whole)]
    if len(parts) < part_count(_path(found)):
        raise DownloadError(f"The repository {repository} lacks parts of {found.name}.")
    return sorted(parts, key=lambda f: f.name), [f.name for f in first if f is not found]


def _named(files: Sequence[RemoteFile], wanted: str) -> RemoteFile | None:
    low = wanted.lower().removesuffix(".gguf")
    for file in files:
        if low in (
            file.name.lower()[:-5],
            _path(file).stem.lower(),
            name_without_part(_path(file)).lower(),
        ):
            return file
    return _tagged(files, low)


def _best(files: Sequence[RemoteFile]) -> RemoteFile:
    for tag in PREFERRED_QUANTIZATIONS:
        if (found := _tagged(files, tag.lower())) is not None:
            return found
    return min(files, key=lambda file: file.size)


def _tagged(files: Sequence[RemoteFile], tag: str) -> RemoteFile | None:
    """The one whose name ends in a quantization."""
    for file in files:
        name = name_without_part(_path(file)).lower()
        if name.endswith(tag) and name.removesuffix(tag)[-1:] in ("", "-", ".", "_"):
            return file
    return None


def _path(file: RemoteFile) -> Path:
    return Path(file.name)
