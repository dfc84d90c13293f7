"""Front matter of a prompt file: YAML, of which most heads hold nothing but plain lines.

Plain lines are read here; whatever looks like more is left to the YAML library, which takes longer
to import than a question takes to be sent.
"""

import re

_PLAIN = re.compile(r"([a-z][a-z_-]*): ([^\W\d_](?:[\w .,;()'/-]*[\w.,;()'/])?)")
"""A key and a text that means itself in YAML: no sign of YAML stands in it."""

_NOTHING = {"null", "Null", "NULL"}


def load(text: str) -> object:
    """Value of a YAML document: keys, texts and lists.

    Raises:
        ValueError: it is not such YAML; one line that says where.
    """
    plain = _plain_lines(text)
    if plain is not None:
        return plain
    # Few prompts need it.
    from assistant.system.yaml_subset import load as load_yaml  # noqa: PLC0415

    return load_yaml(text)


def _plain_lines(text: str) -> dict[str, str] | None:
    """The keys and texts of a head of plain and empty lines; None for any other head."""
    values: dict[str, str] = {}
    for line in filter(None, text.split("\n")):
        plain = _PLAIN.fullmatch(line)
        if plain is None or plain[1] in values or plain[2] in _NOTHING or plain[1] == "null":
            return None
        values[plain[1]] = plain[2]
    return values or None
