"""Limits on reading one file, and how reading fails."""

from assistant.core.values.base import Value
from assistant.core.values.documents import SkipReason

TOO_MANY_DEATHS = 2
"""A file or a folder that was in hand so often when the program ended is left out."""


class OcrOptions(Value):
    """How pages that are only pictures are read (OCR)."""

    command: str = "tesseract"
    """The program: a name to be found, or a path."""
    languages: tuple[str, ...] = ("eng", "por")
    """As tesseract calls them; those that are not installed are left out."""
    pages: int = 500
    """A file with more of them is left out."""
    cpu_seconds: int = 60
    """For one page."""
    dots: int = 300
    """Per inch: the resolution tesseract is made for."""
    pixels: int = 25_000_000
    """Of one page; a larger one gets fewer dots per inch."""


class ReadLimits(Value):
    """Bounds on one file. What is beyond one of them is left out: the file, or a part of it, which
    is then noted.
    """

    file_bytes: int = 200_000_000
    text_chars: int = 10_000_000
    """Of the text that comes out."""
    blocks: int = 200_000
    pages: int = 5_000
    cells: int = 200_000
    """Of all tables and sheets together."""
    archive_entries: int = 20_000
    """Files inside a zip container."""
    inflated_bytes: int = 300_000_000
    """All that is unpacked from a container."""
    inflation_ratio: int = 200
    """Unpacked to packed bytes of one entry, once `suspicious_bytes` are unpacked."""
    suspicious_bytes: int = 10_000_000
    attachments: int = 100
    """Of one message, those of its attached messages included."""
    memory_bytes: int = 1_500_000_000
    """Address space of the reader process."""
    cpu_seconds: int = 60
    seconds: float = 180
    """By the clock, for what hangs without computing."""
    ocr: OcrOptions | None = None
    """None leaves out files whose pages are pictures. With it the limits on time hold for each
    page by itself."""


class UnreadableError(Exception):
    """A file that gives no text, with its reason.

    Not an AssistantError: it is a line in the report on a folder, never the end of a command.
    """

    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: SkipReason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
