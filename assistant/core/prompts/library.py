"""PromptLibrary: the prompts of several folders, read again when their files change.

A file's name is the prompt's name; its body is the system prompt, followed by examples. Files in
the user's folder override and add to the shipped ones.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.core.errors import NotFoundError, did_you_mean
from assistant.core.prompts.files import BadPromptError, LoadYaml, parse
from assistant.core.sanitize import printable
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.language.messages import N_, _

SUFFIX = ".md"
INTERNAL = "internal"
"""The folder of the prompts that the program itself uses, inside a folder of prompts."""

MAX_FILE_BYTES = 256 * 1024
"""Bytes of a prompt file; no model's window takes more."""

MAX_NAMES_IN_ERROR = 8
"""As many names as are worth reading in an error."""

LIST_HINT = N_("`assistant prompts` lists all prompts.")

Stamp = tuple[int, int, int, int]
"""What changes with a file: its times, size and inode."""


class PromptLibrary:
    """The prompts of several folders; a later folder overrides an earlier one.

    Safe to use from several threads.
    """

    def __init__(self, folders: Sequence[Path], load_yaml: LoadYaml) -> None:
        self._folders = tuple(folders)
        self._load_yaml = load_yaml
        self._read: dict[Path, tuple[Stamp, Prompt | BadPromptError]] = {}

    @property
    def own_folder(self) -> Path:
        """Folder of the user's prompts, which override all others."""
        return self._folders[-1]

    def is_own(self, prompt: Prompt) -> bool:
        return Path(prompt.path).parent == self.own_folder

    def is_taken(self, name: str) -> bool:
        """Whether there is a prompt of this name, or a file that should be one."""
        found, problems = self.read()
        taken = {prompt.name for prompt in found} | {Path(each.path).stem for each in problems}
        return _normalised(name) in taken

    def read(self) -> tuple[list[Prompt], list[PromptProblem]]:
        """All usable prompts by title, and the files that are not."""
        prompts: dict[str, Prompt] = {}
        problems: list[PromptProblem] = []
        for folder in self._folders:
            for path in _files(folder):
                try:
                    prompts[_name(path)] = self._prompt(path)
                except BadPromptError as bad:
                    problems.append(_problem(path, bad))
        problems += self._internal_problems()
        return sorted(prompts.values(), key=lambda p: (p.title.casefold(), p.name)), problems

    def get(self, name: str) -> Prompt:
        """The prompt called `name`; the one below it when the user's own cannot be used.

        Raises:
            NotFoundError: there is none that can be used.
        """
        bad: PromptProblem | None = None
        for folder in reversed(self._folders):
            for path in _files(folder):
                if _name(path) == _normalised(name):
                    try:
                        return self._prompt(path)
                    except BadPromptError as failure:
                        bad = bad or _problem(path, failure)
        if bad:
            raise _unusable(bad)
        raise self._unknown(name)

    def open(self, path: Path) -> Prompt:
        """The prompt in a file anywhere.

        Raises:
            NotFoundError: it is not there or cannot be used.
        """
        try:
            return self._prompt(path)
        except BadPromptError as bad:
            raise _unusable(_problem(path, bad)) from None

    def check(self, path: Path) -> PromptProblem | None:
        """Problem of a prompt file.

        Returns:
            The problem; None when the file can be used.
        """
        try:
            self._prompt(path)
        except BadPromptError as bad:
            return _problem(path, bad)
        return None

    def internal(self, name: str) -> Prompt:
        """A prompt of the program itself: the user's own where it has all the placeholders of
        the shipped one.

        Raises:
            NotFoundError: there is none that can be used.
        """
        paths = [folder / INTERNAL / f"{name}{SUFFIX}" for folder in self._folders]
        shipped = self.open(paths[0])
        for path in reversed(paths[1:]):
            if path.exists() and self._internal_problem(path, shipped) is None:
                return self._prompt(path)
        return shipped

    def _internal_problems(self) -> Iterator[PromptProblem]:
        shipped = {_name(path): path for path in _files(self._folders[0] / INTERNAL)}
        for path in shipped.values():
            bad = self.check(path)
            if bad:
                yield bad
        for folder in self._folders[1:]:
            for path in _files(folder / INTERNAL):
                original = shipped.get(_name(path))
                if original is None or self.check(original):
                    fix = _("There are: {names}.", names=", ".join(shipped))
                    yield PromptProblem(
                        path=_printable_path(path), reason=_("the program does not use it"), fix=fix
                    )
                    continue
                bad = self._internal_problem(path, self._prompt(original))
                if bad:
                    yield bad

    def _internal_problem(self, path: Path, shipped: Prompt) -> PromptProblem | None:
        try:
            prompt = self._prompt(path)
        except BadPromptError as bad:
            return _problem(path, bad)
        lacking = [name for name in shipped.names if name not in prompt.names]
        if not lacking:
            return None
        names = ", ".join(f"{{{{{name}}}}}" for name in lacking)
        fix = _("Add it where the program should fill it in.")
        return PromptProblem(
            path=_printable_path(path), reason=_("{names} is missing", names=names), fix=fix
        )

    def _prompt(self, path: Path) -> Prompt:
        """Raises BadPromptError."""
        try:
            found = path.stat()
        except (OSError, ValueError) as failure:
            raise _unreadable(failure) from None
        stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, self._parsed(path))
        if isinstance(known[1], BadPromptError):
            raise known[1]
        return known[1]

    def _parsed(self, path: Path) -> Prompt | BadPromptError:
        try:
            source = _source(path)
            return parse(_name(path), source, self._load_yaml, _printable_path(path))
        except BadPromptError as bad:
            return bad

    def _unknown(self, name: str) -> NotFoundError:
        # Mistyped names only.
        from difflib import get_close_matches  # noqa: PLC0415

        known = [prompt.name for prompt in self.read()[0]]
        near = get_close_matches(name, known, n=3)
        hint = LIST_HINT
        if near:
            hint = f"{did_you_mean(near)} {LIST_HINT}"
        elif len(known) <= MAX_NAMES_IN_ERROR:
            hint = N_(f"There are: {', '.join(known)}.")
        return NotFoundError(f"There is no prompt called {name!r}.", hint)


def _files(folder: Path) -> list[Path]:
    """The prompt files of a folder, without what editors leave beside them."""
    try:
        found = list(folder.iterdir())
    except OSError:
        return []
    return sorted(p for p in found if p.name.endswith(SUFFIX) and not p.name.startswith("."))


def _source(path: Path) -> str:
    """Raises BadPromptError; a pipe that nobody writes into is not waited for."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise BadPromptError("it is not a regular file", "Put a Markdown file there.")
            with open(file, "rb", closefd=False) as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
        finally:
            os.close(file)
    except OSError as failure:
        raise _unreadable(failure) from None
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1000
        raise BadPromptError(f"it is larger than {limit} KB", "Shorten it; no model reads that.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        raise BadPromptError(f"line {line}: it is not UTF-8", "Save the file as UTF-8.") from None


def _unreadable(failure: OSError | ValueError) -> BadPromptError:
    reason = failure.strerror if isinstance(failure, OSError) else str(failure)
    return BadPromptError(f"it cannot be read: {reason}", "Check the path and its permissions.")


def _unusable(problem: PromptProblem) -> NotFoundError:
    return NotFoundError(
        f"The prompt file {problem.path} cannot be used: {problem.reason}.", problem.fix
    )


def _problem(path: Path, bad: BadPromptError) -> PromptProblem:
    return PromptProblem(
        path=_printable_path(path), reason=printable(bad.reason), fix=printable(bad.fix)
    )


def _name(path: Path) -> str:
    return _normalised(os.fsencode(path.name).decode(errors="replace").removesuffix(SUFFIX))


def _printable_path(path: Path) -> str:
    return os.fsencode(path).decode(errors="replace")


def _normalised(name: str) -> str:
    """File systems keep accents in two ways."""
    return unicodedata.normalize("NFC", name)
