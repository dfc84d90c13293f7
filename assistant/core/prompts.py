"""The prompt library: Markdown files with YAML front matter.

A file's name is the prompt's name; its body is the system prompt. Files in the user's folder
override and add to the shipped ones. A file that cannot be used is a `Problem` and never keeps
the others from being used.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from assistant.core.errors import NotFoundError
from assistant.core.models import Value

FENCE = "---"


class FrontMatter(Value):
    """What stands between the fences at the head of a prompt file."""

    title: str
    description: str = ""
    language: str = "en"


class Prompt(Value):
    """One prompt of the library."""

    name: str
    title: str
    description: str
    language: str
    text: str
    """The system prompt."""


class Problem(Value):
    """A prompt file that cannot be used, and why."""

    path: str
    reason: str


class PromptLibrary:
    """The prompts of several folders; a later folder overrides an earlier one."""

    def __init__(self, folders: Sequence[Path], load_yaml: Callable[[str], object]) -> None:
        """`load_yaml` parses a safe YAML document and raises ValueError when it is not one."""
        self._folders = folders
        self._load_yaml = load_yaml

    def read(self) -> tuple[list[Prompt], list[Problem]]:
        """All usable prompts by title, and the files that are not."""
        prompts: dict[str, Prompt] = {}
        problems: list[Problem] = []
        for folder in self._folders:
            for path in sorted(folder.glob("*.md")):
                try:
                    prompts[path.stem] = self._parse(path)
                except (ValueError, OSError) as failure:
                    problems.append(Problem(path=str(path), reason=_reason(failure)))
        return sorted(prompts.values(), key=lambda prompt: prompt.title), problems

    def get(self, name: str) -> Prompt:
        """The prompt called `name`. Raises NotFoundError."""
        prompts, problems = self.read()
        for prompt in prompts:
            if prompt.name == name:
                return prompt
        for problem in problems:
            if Path(problem.path).stem == name:
                raise NotFoundError(
                    f"The prompt file {problem.path} cannot be used: {problem.reason}",
                    "Correct the file.",
                )
        known = ", ".join(prompt.name for prompt in prompts)
        raise NotFoundError(f"There is no prompt called {name!r}.", f"There are: {known}.")

    def _parse(self, path: Path) -> Prompt:
        text = path.read_text(encoding="utf-8")
        first, _, rest = text.partition("\n")
        head, fence, body = rest.partition(f"\n{FENCE}\n")
        if first.strip() != FENCE or not fence:
            raise ValueError(f"it does not begin with front matter between two {FENCE} lines")
        matter = FrontMatter.model_validate(self._load_yaml(head))
        return Prompt(name=path.stem, text=body.strip(), **matter.model_dump())


def _reason(failure: Exception) -> str:
    if isinstance(failure, ValidationError):
        problem = failure.errors()[0]
        key = ".".join(str(part) for part in problem["loc"]) or "front matter"
        return f"{key}: {problem['msg'].lower()}"
    return str(failure).splitlines()[0]
