"""The user's own prompt files: written, replaced, deleted, and restored.

Whatever is replaced or deleted goes to a folder of its own and stays there for a while.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.core.atomic import replace_file
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.prompts.library import SUFFIX

TRASH = ".trash"
KEEP_BACKUPS = timedelta(days=30)
STAMP = "%Y%m%d-%H%M%S-%f"

_NAME = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*")
MAX_NAME_CHARS = 50
"""Characters of a name; with its suffix it has to fit a file system in any script."""


class PromptExistsError(AssistantError):
    exit_code = 3


class UserPrompts:
    """Folder of the user's prompts, which is made when it is first written to.

    Every method that writes raises AssistantError when the folder cannot be written.
    """

    def __init__(
        self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = folder
        self._trash = folder / TRASH
        self._now = now

    def path(self, name: str) -> Path:
        """Path of the prompt called `name`, whether it is there or not.

        Raises:
            AssistantError: nothing can be called that.
        """
        name = unicodedata.normalize("NFC", name)
        if not _NAME.fullmatch(name) or len(name) > MAX_NAME_CHARS:
            raise AssistantError(
                f"{name!r} cannot be the name of a prompt.",
                f"Use letters, digits, - and _, at most {MAX_NAME_CHARS}.",
            )
        return self.folder / f"{name}{SUFFIX}"

    def save(self, name: str, text: str, *, replace: bool = False) -> Path:
        """Write a prompt's file, whole or not at all.

        Raises:
            PromptExistsError: there is one already, and `replace` is not set.
        """
        path = self.path(name)
        if path.exists() and not replace:
            raise PromptExistsError(f"There is a prompt {name} already.", "Choose another name.")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.back_up(name)
            # The user's own words, as the copies of them are.
            replace_file(path, text.encode(), durable=True)
        except OSError as failure:
            raise _unwritable(path, failure) from None
        return path

    def edit(self, name: str, shipped: Callable[[], Path]) -> "PromptEdit":
        """Begin to edit a prompt in another program; of one that is not the user's own, a copy.

        Args:
            shipped: the file that is copied.

        Raises:
            AssistantError: it cannot be read.
        """
        file = self.path(name)
        existed = file.exists()
        source = file if existed else shipped()
        try:
            if not existed:
                self.save(name, source.read_text(encoding="utf-8-sig", errors="replace"))
            return PromptEdit(self, name, existed, file.read_bytes())
        except OSError as failure:
            raise AssistantError(f"{source} cannot be read: {failure.strerror}.") from None

    def delete(self, name: str) -> None:
        """Move a prompt away; `restore` brings it back.

        Raises:
            NotFoundError: the user has none of that name.
        """
        path = self.path(name)
        if not path.is_file():
            raise NotFoundError(f"There is no prompt {name} of your own in {self.folder}.")
        self.back_up(name)
        try:
            path.unlink()
        except OSError as failure:
            raise _unwritable(path, failure) from None

    def restore(self, name: str) -> Path:
        """Restore what was deleted or replaced last; what is there now is backed up.

        Returns:
            Path of the prompt's file.

        Raises:
            NotFoundError: nothing of that name was.
        """
        path = self.path(name)
        backups = self.backups(name)
        if not backups:
            raise NotFoundError(f"No prompt {name} was deleted or replaced lately.")
        self.back_up(name)
        try:
            backups[-1].replace(path)
        except OSError as failure:
            raise _unwritable(path, failure) from None
        return path

    def back_up(self, name: str, data: bytes | None = None) -> None:
        """Back up a prompt as it is now, or as `data`, and delete backups that are too old."""
        path = self.path(name)
        try:
            self._delete_old_backups()
            if data is None and path.is_file():
                data = path.read_bytes()
            if data is not None:
                self._trash.mkdir(mode=0o700, parents=True, exist_ok=True)
                copy = self._trash / f"{path.stem}@{self._now().strftime(STAMP)}{SUFFIX}"
                replace_file(copy, data, durable=True)
        except OSError as failure:
            raise _unwritable(self._trash, failure) from None

    def backups(self, name: str) -> list[Path]:
        """Backups of a prompt, oldest first."""
        stem = self.path(name).stem
        return sorted(path for path, kept, _ in self._all_backups() if kept == stem)

    def deleted(self) -> list[str]:
        """Names of deleted prompts that can be restored."""
        there = {path.stem for path in self.folder.glob(f"*{SUFFIX}")}
        return sorted({name for _, name, _ in self._all_backups()} - there)

    def _delete_old_backups(self) -> None:
        for path, _, when in self._all_backups():
            if self._now() - when > KEEP_BACKUPS:
                path.unlink()

    def _all_backups(self) -> Iterator[tuple[Path, str, datetime]]:
        for path in self._trash.glob(f"*@*{SUFFIX}"):
            name, _, stamp = path.name.removesuffix(SUFFIX).rpartition("@")
            with suppress(ValueError):
                yield path, name, datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


class PromptEdit:
    """Edit of a prompt while another program has it; made by `UserPrompts.edit`."""

    def __init__(self, prompts: UserPrompts, name: str, existed: bool, before: bytes) -> None:
        self.file = prompts.path(name)
        self.existed = existed
        """Whether it was the user's own before."""
        self._prompts = prompts
        self._name = name
        self._before = before

    def end(self) -> bool:
        """End the edit: back up what the prompt was, or drop a copy that is unchanged.

        Returns:
            Whether anything was changed.
        """
        after = self.file.read_bytes() if self.file.is_file() else b""
        changed = after != self._before
        if changed and self.existed:
            self._prompts.back_up(self._name, self._before)
        elif not changed and not self.existed:
            self.file.unlink()
        return changed


def _unwritable(path: Path, failure: OSError) -> AssistantError:
    return AssistantError(
        f"{path} cannot be written: {failure.strerror}.",
        "Check the permissions of the folder and the free space.",
    )
