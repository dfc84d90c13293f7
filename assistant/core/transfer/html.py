"""HTML export: a conversation as one file to look at; nothing in it is run or fetched."""

import re
from collections.abc import Iterator
from html import escape

from assistant.core.grounding.citations import annotate
from assistant.core.grounding.unconfirmed import was_checked
from assistant.core.sanitize import is_safe_link, one_line, printable
from assistant.core.transfer.markdown import ROLE_HEADINGS
from assistant.core.values.changes import describe_adapters, describe_marks
from assistant.core.values.conversation import Citation
from assistant.core.values.transcript import Transcript, TranscriptEntry

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1rem; margin: 0 0 .5rem; }
header p, .more { color: #777; font-size: .875rem; }
section, details { border-top: 1px solid var(--line); padding: 1rem 0; }
section.user { background: var(--soft); padding: 1rem; border-radius: .5rem; border: 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: .25rem; }
blockquote { margin: .25rem 0 .75rem 1rem; white-space: pre-wrap; }
""".strip()

_FENCED = re.compile(
    r"^(`{3,}+|~{3,}+)([^\n`]*+)\n(.*?)(?:\n\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`()\[\]]+[^\s<>\"'`()\[\].,;:!?]")


def to_html(transcript: Transcript) -> str:
    """HTML page of the active branch, with the sources of its answers."""
    return "\n".join(_lines(transcript)) + "\n"


def _lines(transcript: Transcript) -> Iterator[str]:
    conversation = transcript.conversation
    title = escape(one_line(conversation.title) or "Untitled")
    yield '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>"
    yield f"<header>\n<h1>{title}</h1>"
    facts = [f"{conversation.created:%Y-%m-%d %H:%M} UTC", conversation.model or ""]
    facts += [f"with {describe_adapters(conversation.adapters)}"] if conversation.adapters else []
    facts += [conversation.folder, *conversation.tags]
    yield f"<p>{escape(one_line(' · '.join(fact for fact in facts if fact), 1000))}</p>\n</header>"
    if conversation.system_prompt:
        yield "<details>\n<summary>System prompt</summary>"
        yield f"{_text(conversation.system_prompt)}\n</details>"
    for entry in transcript.branch:
        yield from _message(entry)
    yield "</body>\n</html>"


def _message(entry: TranscriptEntry) -> Iterator[str]:
    message = entry.message
    checked = was_checked(message, entry.retrieval)
    yield f'<section class="{message.role}" id="m{escape(message.id)}">'
    state = "" if message.state == "complete" else f" ({message.state})"
    yield f"<h2>{ROLE_HEADINGS[message.role]}{state}</h2>"
    yield _text(annotate(message.text, message.citations, checked=checked))
    facts = [f"with {path}" for path in message.attached]
    facts += ["edited"] if message.edited else []
    facts += [f"version {message.version} of {message.versions}"] if message.versions > 1 else []
    facts += [f"rated {message.rating}: {message.note}".rstrip(": ")] if message.rating else []
    facts += [message.error] if message.error else []
    yield from (f'<p class="more">{escape(one_line(fact, 1000))}</p>' for fact in facts)
    if message.citations:
        yield from _sources(message.citations)
    yield "</section>"
    changes = " · ".join(words for _, words in describe_marks(message.marks))
    if changes:
        yield f'<p class="more">{escape(one_line(changes, 1000))}</p>'


def _sources(citations: tuple[Citation, ...]) -> Iterator[str]:
    yield '<details class="sources">\n<summary>Sources</summary>'
    for citation in sorted(citations, key=lambda citation: citation.number):
        place = f", {citation.place}" if str(citation.place) else ""
        contrary = " – says the opposite" if citation.strength == "contradicted" else ""
        source = one_line(f"[{citation.number}] {citation.title}{place}", 500) + contrary
        yield f"<div>{escape(source)}</div>"
        yield f"<blockquote>{escape(printable(citation.quote))}</blockquote>"
    yield "</details>"


def _text(text: str) -> str:
    """Paragraphs as they were written, code apart, and addresses that can be followed."""
    parts: list[str] = []
    text, place = printable(text), 0
    for fenced in _FENCED.finditer(text):
        parts += [_plain(text[place : fenced.start()]), f"<pre>{escape(fenced[3])}</pre>"]
        place = fenced.end()
    return "\n".join(part for part in [*parts, _plain(text[place:])] if part)


def _plain(text: str) -> str:
    text = text.strip("\n")
    if not text:
        return ""
    parts: list[str] = []
    place = 0
    for found in _ADDRESS.finditer(text):
        if is_safe_link(found[0]):
            address = escape(found[0])
            parts.append(escape(text[place : found.start()]))
            parts.append(f'<a rel="noreferrer" href="{address}">{address}</a>')
            place = found.end()
    return f'<div class="text">{"".join(parts)}{escape(text[place:])}</div>'
