"""Subtitle reader (SubRip and WebVTT): what is said, without times and markup."""

import html
import re

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import lines_of
from assistant.library.readers.base.source import FileSource

_TIMES = re.compile(
    r"\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
)
_MARKUP = re.compile(r"</?[^<>\n]{1,200}>|\{\\[^}\n]*\}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>\n]{1,80})>")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)\b")
_PARAGRAPH_CHARS = 300
"""Characters of speech that make a paragraph, once a sentence ends."""


def read_subtitles(source: FileSource) -> Document:
    """Read subtitles; cues that follow each other are put together to paragraphs."""
    builder = DocumentBuilder(source.limits)
    speech = ""
    for cue in _cues(lines_of(source)):
        speech = f"{speech}\n{cue}" if speech else cue
        if len(speech) > _PARAGRAPH_CHARS and speech.rstrip()[-1:] in '.!?…"”':
            builder.add(speech)
            speech = ""
    builder.add(speech)
    return builder.build(source.title())


def _cues(lines: list[str]) -> list[str]:
    """The text of each cue. What stands outside of cues is numbers, names, notes and styles."""
    cues: list[str] = []
    cue: list[str] | None = None
    for line in [*lines, "\n"]:
        if _TIMES.match(line):
            cue = []
        elif cue is not None and line.isspace():
            cues.append("\n".join(cue))
            cue = None
        elif cue is not None and (text := _spoken(line)) and text not in cue:
            cue.append(text)
    return [text for text in cues if text]


def _spoken(line: str) -> str:
    line = _VOICE.sub(r"\1: ", line)
    return html.unescape(_MARKUP.sub("", line)).strip()
