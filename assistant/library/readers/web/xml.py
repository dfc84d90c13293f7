"""XML reader, of any kind: records as lines of names and values, running text as paragraphs."""

from collections.abc import Iterator

from lxml import etree

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import Element, first, local
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.decoding import decode
from assistant.library.readers.base.source import FileSource

_TOLERATED = frozenset(
    {"ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY", "NS_ERR_UNDEFINED_NAMESPACE"}
)
_TITLES = frozenset({"title", "head", "heading", "article-title", "caption"})
_MAX_DEPTH = 200


def read_xml(source: FileSource) -> Document:
    """Read an XML file. No entity from outside is ever fetched.

    Raises:
        UnreadableError: it is not well-formed, or expands without end (`corrupt`).
    """
    root = _parse(source.data)
    builder = DocumentBuilder(source.limits)
    _add(builder, root, depth=0)
    title = first(root, "article-title", "title")
    return builder.build(source.title("".join(_texts(title)) if title is not None else None))


def _parse(data: bytes) -> Element:
    parser = _parser(recover=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as failure:
        problems = {error.type_name for error in parser.error_log}
        if "ERR_UNKNOWN_ENCODING" in problems or "ERR_INVALID_ENCODING" in problems:
            data = decode(data, surely_text=True).encode("utf-8", "replace")
        elif not problems or not problems <= _TOLERATED:
            raise UnreadableError("corrupt", f"not well-formed: {failure}") from None
    root = etree.fromstring(data, _parser(recover=True))
    if root is None:
        raise UnreadableError("corrupt", "no element in it")
    return root


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities="internal",  # type: ignore[arg-type]  # The stubs know lxml 4 only.
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8" if recover else None,
    )


def _add(builder: DocumentBuilder, element: Element, depth: int) -> None:
    if _is_running_text(element) or depth > _MAX_DEPTH:
        text = " ".join("".join(_texts(element)).split())
        if local(element) in _TITLES:
            builder.add_heading(text, depth)
        else:
            builder.add(text)
    elif _is_record(element):
        lines = (f"{local(field)}: {' '.join(''.join(_texts(field)).split())}" for field in element)
        builder.add("\n".join(line for line in lines if not line.endswith(": ")), "row")
    else:
        for child in element:
            _add(builder, child, depth + 1)


def _is_running_text(element: Element) -> bool:
    """Whether words stand directly in it, beside elements or without any."""
    return bool(
        len(element) == 0
        or (element.text or "").strip()
        or any((child.tail or "").strip() for child in element)
    )


def _is_record(element: Element) -> bool:
    """Whether it holds nothing but named values."""
    return len(element) > 1 and all(
        len(child) == 0 and len(child.text or "") < 300 and local(child) not in {"p", "para"}
        for child in element
    )


def _texts(element: Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())
