"""Keep the catalogs: `catalogs.py update` brings in new messages, `compile` makes what is loaded,
`check` says what is missing.

    update    messages.pot and each .po follow the source; what is gone is left out
    compile   .po → .mo, where the .po is newer; in another folder, when one is named
    check     exit status 1 when a catalog is not up to date, has gaps, or other values
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "assistant" / "language" / "locales"
DOMAIN = "assistant"

WIDTH = 100


def template_catalog() -> Catalog:
    """Every message of the source, without translations."""
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    from extract import messages  # noqa: PLC0415 -- compiling needs none of it

    catalog = Catalog(domain=DOMAIN, project=DOMAIN, charset="utf-8")
    for message in messages():
        catalog.add(
            (message.text, message.plural) if message.plural else message.text,
            locations=[(message.place[0], 0)],
            context=message.context or None,
        )
    return catalog


def read(path: Path) -> Catalog:
    """A catalog of the repository."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3], domain=DOMAIN)


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalog so that only what changed differs: no dates, sorted by message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(
            stream, catalog, width=WIDTH, omit_header=False, sort_output=True, ignore_obsolete=True,
            include_lineno=False, no_location=True,
        )  # fmt: skip
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
        if not re.match(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|'
                        r'Language-Team|Report-Msgid-Bugs-To)', line)
        and not line.startswith("# ")
    ]  # fmt: skip
    path.write_text("".join(kept), encoding="utf-8")


def catalogs() -> Iterator[Path]:
    """The .po files."""
    yield from sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def update() -> None:
    """Bring each catalog to the messages of the source."""
    source = template_catalog()
    for path in catalogs():
        catalog = read(path)
        catalog.update(source, no_fuzzy_matching=True)
        write(path, catalog)


def compile_all(folder: Path = LOCALES) -> None:
    """Make what the program loads, where it is missing or older than the catalog.

    Args:
        folder: where it goes, in the same folders as the catalogs.
    """
    for path in catalogs():
        target = folder / path.relative_to(LOCALES).with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        made = target.with_suffix(".new")
        with made.open("wb") as stream:
            write_mo(stream, read(path))
        made.replace(target)


def faults() -> Iterator[str]:
    """What is wrong with the catalogs, a line each."""
    source = template_catalog()
    for path in catalogs():
        catalog = read(path)
        language = path.parts[-3]
        for message in source:
            if not message.id:
                continue
            own = catalog.get(message.id, message.context)
            if own is None:
                yield f"{language}: missing: {message.id!r}"
            elif own.fuzzy or not all(_forms(own.string)):
                yield f"{language}: not translated: {message.id!r}"
            else:
                yield from (f"{language}: {fault}" for fault in _value_faults(own))
        for message in catalog:
            if message.id and source.get(message.id, message.context) is None:
                yield f"{language}: gone from the source: {message.id!r}"


def _value_faults(message: object) -> Iterator[str]:
    texts = _forms(message.id)  # type: ignore[attr-defined]
    known = set().union(*map(_values, texts))
    for form in _forms(message.string):  # type: ignore[attr-defined]
        if _values(form) - known:
            yield f"unknown value in {form!r}"
        elif len(texts) == 1 and _values(form) != known:
            yield f"other values in {form!r}"


def _values(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{([^{}]+)\}", text.replace("{{", "").replace("}}", "")))


def _forms(text: str | Sequence[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def main() -> int:
    """Do what the command line says."""
    match sys.argv[1:]:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["compile", folder]:
            compile_all(Path(folder))
        case ["check"]:
            found = list(faults())
            print("\n".join(found[:50]))
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
