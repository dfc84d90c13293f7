"""Documents that people translate: which follows which, and whether it still does.

A translation begins with a comment that names the text it follows by its digest. Where the English
has changed, `python -m docs.translations` says so; once the translation has followed,
`python -m docs.translations accept` notes it.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs.generate import ROOT, folder_of, languages, user_documents

NOT_FOR_USERS = ("architecture.md", "glossary.md", "translating.md")

_MARK = re.compile(r"\A<!-- follows (\S+) at ([0-9a-f]{12}) -->\n+")


class Translation(NamedTuple):
    """A document and what it is translated from."""

    file: Path
    original: Path

    @property
    def mark(self) -> str:
        """What the translation begins with when it is up to date."""
        digest = hashlib.sha256(self.original.read_bytes()).hexdigest()[:12]
        return f"<!-- follows {self.original.relative_to(ROOT)} at {digest} -->"


def translations() -> Iterator[Translation]:
    """Every document that has to be there in other languages, with its place there."""
    generated = user_documents()
    for language in languages():
        folder = folder_of(language)
        yield Translation(ROOT / f"README.{folder}.md", ROOT / "README.md")
        for original in sorted((ROOT / "docs").glob("*.md")):
            if original.name not in NOT_FOR_USERS and original.name not in generated:
                yield Translation(ROOT / "docs" / folder / original.name, original)


def fault(translation: Translation) -> str:
    """What is wrong with a translation; empty when it is in step."""
    if not translation.file.exists():
        return "not there"
    text = translation.file.read_text("utf-8")
    if not text.startswith(translation.mark):
        return (
            f"{translation.original.name} has changed since: follow it, then "
            "`python -m docs.translations accept`"
        )
    ours, theirs = outline(text), outline(translation.original.read_text("utf-8"))
    differing = [(own, other) for own, other in zip(ours, theirs, strict=False) if own != other]
    if differing:
        return f"another structure: {differing[0][0]} for {differing[0][1]}"
    return "" if len(ours) == len(theirs) else f"{len(ours)} parts for {len(theirs)}"


def outline(text: str) -> list[str]:
    """The parts of a document in order: headings by level, items, rows by cells, boxes of code.

    What is run as it stands is a part with its text.
    """
    parts = []
    box: list[str] | None = None
    for line in _MARK.sub("", text).splitlines():
        if line.startswith("```"):
            if box is None:
                box = [line]
            else:
                runs = box[0] in ("```console", "```json", "```markdown")
                parts.append("\n".join(box) if runs else f"{box[0]} {len(box)}")
                box = None
        elif box is not None:
            box.append(line)
        elif line.startswith("#"):
            parts.append(line.partition(" ")[0])
        elif line.startswith("- "):
            parts.append("-")
        elif line.startswith("|"):
            parts.append("|" * line.count("|"))
    return parts


def main() -> int:
    """Say what is not in step, or note that it is."""
    found = list(translations())
    if sys.argv[1:] == ["accept"]:
        for each in found:
            text = _MARK.sub("", each.file.read_text("utf-8"))
            each.file.write_text(f"{each.mark}\n\n{text}", "utf-8")
    faults = [(each, fault(each)) for each in found]
    for each, said in faults:
        if said:
            print(f"{each.file.relative_to(ROOT)}: {said}")
    return 1 if any(said for _each, said in faults) else 0


if __name__ == "__main__":
    sys.exit(main())
