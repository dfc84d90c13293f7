"""Scanned PDFs, read by tesseract where it is installed and by a stand-in everywhere."""

import os
import shutil
import sys
import textwrap
import zlib
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import psutil
import pypdfium2
import pytest

from assistant.library.limits import OcrOptions, ReadLimits, UnreadableError
from assistant.library.reading.frames import ReadResult
from assistant.library.reading.pool import ReaderPool
from tests.support.documents import read_bytes
from tests.support.pdfs import Line, pdf_of, stream_of
from tests.support.waiting import until

PATIENCE = 30.0
READER = (sys.executable, "-P", "-m", "assistant.library.reading.process")

ENGLISH = ("The harbour was dredged in the spring.", "The ferry leaves twice a day.")
PORTUGUESE = ("O farol da ilha foi construído em 1869", "e ainda funciona todas as noites.")


def scanned(*pages: Sequence[str]) -> bytes:
    """A PDF whose pages are pictures of these lines."""
    made = pdf_of(
        [[Line(text, 700 - 40 * at, size=20) for at, text in enumerate(lines)] for lines in pages]
    )
    pictures = [_picture(page) for page in pypdfium2.PdfDocument(made)]
    numbers = range(10, 10 + len(pictures))
    names = " ".join(f"/Im{number} {number} 0 R" for number in numbers)
    # Each page shows its own picture: the page's number is its picture's.
    whole = pdf_of([[] for _ in pages], resources=f"/XObject << {names} >>", extra=pictures)
    for number in numbers:
        whole = whole.replace(
            b"<< /Length 0  >>\nstream\n\nendstream",
            stream_of(f"q 595 0 0 842 0 0 cm /Im{number} Do Q").encode(),
            1,
        )
    return whole


def _picture(page: pypdfium2.PdfPage) -> str:
    bitmap = page.render(scale=150 / 72, grayscale=True)
    rows = bytes(bitmap.buffer)
    dense = b"".join(
        rows[row * bitmap.stride : row * bitmap.stride + bitmap.width]
        for row in range(bitmap.height)
    )
    return stream_of(
        zlib.compress(dense).hex() + ">",
        f"/Type /XObject /Subtype /Image /Width {bitmap.width} /Height {bitmap.height}"
        " /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/ASCIIHexDecode /FlateDecode]",
    )


def standin(folder: Path, body: str, languages: str = "eng por osd") -> str:
    """A program that is called like tesseract, and prints what `body` does."""
    program = folder / "tesseract"
    lines = "\\n".join(["List of available languages:", *languages.split()])
    program.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        f"if '--list-langs' in sys.argv:\n    print('{lines}')\n    sys.exit()\n"
        "picture = sys.stdin.buffer.read()\n" + textwrap.dedent(body)
    )
    program.chmod(0o755)
    return str(program)


def limits(command: str, seconds: float = 60, **ocr: object) -> ReadLimits:
    return ReadLimits(seconds=seconds, ocr=OcrOptions.model_validate({"command": command, **ocr}))


def refusal(data: bytes, with_limits: ReadLimits) -> tuple[str, str]:
    with pytest.raises(UnreadableError) as caught:
        read_bytes("scan.pdf", data, with_limits)
    return caught.value.reason, caught.value.detail


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_words_on_pictures_are_found_on_their_pages() -> None:
    document = read_bytes("scan.pdf", scanned(ENGLISH, PORTUGUESE), limits("tesseract"))

    pages = {1: "", 2: ""}
    for block in document.blocks:
        pages[block.page or 0] += document.text[block.start : block.end] + "\n"
    assert "harbour was dredged" in pages[1]
    assert "ferry leaves twice" in pages[1]
    assert "farol da ilha foi constru" in pages[2]
    assert "1869" in pages[2]


def test_each_page_is_given_to_the_program_as_a_grey_picture(tmp_path: Path) -> None:
    command = standin(
        tmp_path,
        """
        kind, wide, high, most = picture.split(maxsplit=4)[:4]
        assert len(picture) == len(b" ".join([kind, wide, high, most])) + 1 + int(wide) * int(high)
        print("kind", kind.decode(), wide.decode(), high.decode(), *sys.argv[1:])
        """,
    )
    document = read_bytes("scan.pdf", scanned(ENGLISH, PORTUGUESE), limits(command))

    asked = "stdin stdout -l eng+por --dpi 300"
    assert document.text == f"kind P5 2480 3509 {asked}\n\nkind P5 2480 3509 {asked}"
    assert [block.page for block in document.blocks] == [1, 2]


def test_paragraphs_flow_and_divided_words_are_joined(tmp_path: Path) -> None:
    command = standin(
        tmp_path,
        r"""sys.stdout.write("The har-\nbour was\ndredged.\n\n \nA 2-\n3 day trip.\n\f")""",
    )
    document = read_bytes("scan.pdf", scanned(ENGLISH), limits(command))
    assert document.text == "The harbour was dredged.\n\nA 2- 3 day trip."


def test_only_languages_that_are_installed_are_asked_for(tmp_path: Path) -> None:
    command = standin(tmp_path, "print('languages', sys.argv[4])", languages="deu eng")
    document = read_bytes("scan.pdf", scanned(ENGLISH), limits(command))
    assert document.text == "languages eng"

    languages = ("por", "spa")
    reason, detail = refusal(scanned(ENGLISH), limits(command, languages=languages))
    assert (reason, "no language por+spa" in detail) == ("no_text", True)


def test_a_program_that_is_not_installed_is_told(tmp_path: Path) -> None:
    reason, detail = refusal(scanned(ENGLISH), limits(str(tmp_path / "tesseract")))
    assert reason == "no_text"
    assert detail == "pictures of pages only; tesseract, which would read them, is not installed"


def test_without_the_setting_nothing_is_started(tmp_path: Path) -> None:
    assert refusal(scanned(ENGLISH), ReadLimits()) == (
        "no_text",
        "pictures of pages only, such as a scan",
    )


def test_a_scan_of_too_many_pages_is_left_out(tmp_path: Path) -> None:
    command = standin(tmp_path, "print('text')")
    reason, detail = refusal(scanned(*[ENGLISH] * 3), limits(command, pages=2))
    assert (reason, detail) == ("too_large", "3 pages of pictures")


def test_pictures_without_words_are_told_as_such(tmp_path: Path) -> None:
    command = standin(tmp_path, "print(' ')")
    assert refusal(scanned(ENGLISH), limits(command)) == (
        "no_text",
        "pictures of pages in which tesseract finds no words",
    )


def test_a_page_that_fails_costs_that_page_and_three_in_a_row_the_file(tmp_path: Path) -> None:
    count = tmp_path / "count"
    command = standin(
        tmp_path,
        f"""
        with open({str(count)!r}, "a") as stream:
            stream.write("x")
        if len(open({str(count)!r}).read()) in (2, 4, 5, 6):
            sys.exit(1)
        print("text")
        """,
    )
    document = read_bytes("scan.pdf", scanned(*[ENGLISH] * 3), limits(command))
    assert [block.page for block in document.blocks] == [1, 3]

    reason, detail = refusal(scanned(*[ENGLISH] * 9), limits(command))
    assert (reason, "tesseract fails" in detail) == ("no_text", True)
    assert len(count.read_text()) == 6


def test_a_huge_page_gets_fewer_dots(tmp_path: Path) -> None:
    command = standin(tmp_path, "print('bytes', len(picture))")
    document = read_bytes("scan.pdf", scanned(ENGLISH), limits(command, pixels=10_000))
    assert int(document.text.split()[1]) < 12_000


@pytest.fixture
def scan(tmp_path: Path) -> bytes:
    """The path of a scan of four pages."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(*[ENGLISH] * 4))
    return os.fsencode(path)


def test_every_page_has_the_time_of_a_file(tmp_path: Path, scan: bytes) -> None:
    command = standin(tmp_path, "time.sleep(1.2); print('text')")
    with ReaderPool(READER, limits(command, seconds=4)) as pool:
        started = monotonic()
        reading = pool.read(scan)
    assert isinstance(reading, ReadResult), reading
    assert monotonic() - started > 4


def test_a_program_that_hangs_ends_with_the_file(tmp_path: Path, scan: bytes) -> None:
    pid = tmp_path / "pid"
    command = standin(
        tmp_path, f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(1000)"
    )
    with ReaderPool(READER, limits(command, seconds=4)) as pool:
        verdict = pool.read(scan)
        assert isinstance(verdict, UnreadableError)
        assert verdict.reason == "timeout"
        until(lambda: not alive(int(pid.read_text())))


def test_a_reading_stands_still_as_long_as_it_has_to(tmp_path: Path, scan: bytes) -> None:
    log = tmp_path / "log"
    command = standin(
        tmp_path,
        f"""
        with open({str(log)!r}, "a") as stream:
            stream.write(f"{{os.getpid()}}\\n")
        for _ in range(10):
            time.sleep(0.03)
        print("text")
        """,
    )
    holding, found = Event(), []
    with ReaderPool(READER, limits(command, seconds=5)) as pool:
        thread = Thread(target=lambda: found.append(pool.read(scan, None, holding.is_set)))
        thread.start()
        until(lambda: log.exists() and log.read_text().strip())
        holding.set()
        until(lambda: any(is_stopped(pid) for pid in map(int, log.read_text().split())))
        group = os.getpgid(int(log.read_text().split()[-1]))
        until(lambda: all(map(stands_still, running_in(group))))
        before = log.read_text()
        waited = monotonic()
        until(lambda: monotonic() - waited > 6)
        assert log.read_text() == before, "the time in which it stands still does not count"
        holding.clear()
        thread.join(PATIENCE)
    assert isinstance(found[0], ReadResult), found
    assert len(log.read_text().split()) == 4


def running_in(group: int) -> list[int]:
    """The ids of a reader and of the programs it has started."""
    return [pid for pid in psutil.pids() if group_of(pid) == group]


def group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def is_stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False


def stands_still(pid: int) -> bool:
    """A program that ended when its reader was stopped waits there to be reaped."""
    return is_stopped(pid) or not alive(pid)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
