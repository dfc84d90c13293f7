"""Frames between a reader process and its owner, over pipes.

A frame is a letter, a length (4 bytes, big-endian), and as many bytes of UTF-8 JSON.
"""

import struct
from enum import Enum
from typing import BinaryIO

from assistant.core.values.base import Value
from assistant.core.values.documents import Document, SkipReason
from assistant.library.limits import ReadLimits

FRAME_HEADER = struct.Struct(">cI")


class FrameKind(bytes, Enum):
    """The kind of a frame."""

    READY = b"R"
    """Reader → owner, once: it has started."""
    REQUEST = b"Q"
    BEGUN = b"B"
    """Reader → owner: what happens from now on is the file's doing."""
    GOES_ON = b"G"
    """Reader → owner: a part is done; the next one may take as long."""
    READ = b"D"
    FAILED = b"F"


class ReadRequest(Value):
    """Owner → reader: read this file."""

    path: str
    """As `os.fsdecode` gives it: bytes that are no UTF-8 are lone surrogates."""
    limits: ReadLimits


class ReadResult(Value):
    """Reader → owner: a document, and the state of its file when it was read."""

    document: Document
    content_hash: str
    """SHA-256 of the very bytes that the document was made from."""
    size: int
    mtime_ns: int


class ReadFailure(Value):
    """Reader → owner: why there is no document."""

    reason: SkipReason
    detail: str


def pack(letter: FrameKind, payload: bytes = b"") -> bytes:
    """Pack a frame."""
    return FRAME_HEADER.pack(letter.value, len(payload)) + payload


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read the next frame.

    Returns: its letter and payload; None at the end of `stream`.
    """
    header = stream.read(FRAME_HEADER.size)
    if len(header) < FRAME_HEADER.size:
        return None
    letter, length = FRAME_HEADER.unpack(header)
    payload = stream.read(length)
    return (letter, payload) if len(payload) == length else None
