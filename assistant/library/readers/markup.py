"""XML parts of documents, parsed without fetching anything and without expanding bombs."""

from collections.abc import Iterator

from lxml import etree

from assistant.library.limits import UnreadableError

Element = etree._Element


def parse_part(data: bytes, name: str) -> Element:
    """The root of an XML part of a document; a damaged one gives what can be saved of it.

    Raises:
        UnreadableError: nothing can be saved (`corrupt`).
    """
    for recover in (False, True):
        parser = etree.XMLParser(
            recover=recover,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            return root
    raise UnreadableError("corrupt", f"the part {name} is damaged")


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """The attribute `name` in whatever namespace; empty when there is none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def below(element: Element, *names: str) -> Iterator[Element]:
    """All elements inside `element` that are called one of `names`, in any namespace."""
    return element.iterdescendants(*(f"{{*}}{name}" for name in names))


def first(element: Element, *names: str) -> Element | None:
    """The first of `below`."""
    return next(below(element, *names), None)
