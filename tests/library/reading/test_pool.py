import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.reading.frames import ReadResult
from assistant.library.reading.pool import ReaderPool, ReaderStartError, ReadingStoppedError
from tests.support.checkout import CHECKOUT
from tests.support.office_files import opendocument, xlsx
from tests.support.pdfs import pdf_of, stream_of

READER = (sys.executable, "-m", "assistant.library.reading.process")
PATIENCE = 30.0


def far_cell() -> bytes:
    """A workbook of two cells, as far apart as they can be."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx(("S", f"<sheetData>{cells}</sheetData>"))


def exponential_forms() -> bytes:
    """A page that draws a form that draws two forms that draw four …"""
    levels = 28
    inner = [min(level + 1, levels - 1) + 10 for level in range(levels)]
    forms = [
        stream_of(
            "BT /F0 12 Tf (x) Tj ET /Fm0 Do /Fm0 Do",
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources "
            f"<< /Font << /F0 3 0 R >> /XObject << /Fm0 {number} 0 R >> >>",
        )
        for number in inner
    ]
    resources = "/XObject << /Fm0 10 0 R >>"
    return pdf_of([[]], resources=resources, extra=forms, content="/Fm0 Do")


def endless_pages() -> bytes:
    """A page tree that claims more pages than there are atoms to print them with."""
    return pdf_of([[]]).replace(b"/Count 1 ", b"/Count 2000000000 ")


def many_attributes() -> bytes:
    return b"<p " + b" ".join(b"a%d=1" % number for number in range(300_000)) + b">"


def repeated_rows() -> bytes:
    cell = (
        '<table:table-cell table:number-columns-repeated="99"><text:p>x</text:p></table:table-cell>'
    )
    row = f'<table:table-row table:number-rows-repeated="99">{cell}</table:table-row>'
    return opendocument("spreadsheet", f"<table:table>{row * 100}</table:table>")


HOSTILE = {
    "far.xlsx": far_cell,
    "forms.pdf": exponential_forms,
    "pages.pdf": endless_pages,
    "attributes.html": many_attributes,
    "rows.ods": repeated_rows,
}

PRETENDER = """
import os, signal, struct, sys, time
sys.path.insert(0, {folder!r})
def send(letter, payload=b""):
    os.write(1, struct.pack(">cI", letter, len(payload)) + payload)
send(b"R")
os.read(0, 1 << 20)
{before}
send(b"B")
{after}
"""
"""A reader process that does something else once it has a request."""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(READER) as pool:
        yield pool


@pytest.fixture
def note(folder: Path) -> bytes:
    (folder / "note.txt").write_text("First paragraph.\n\nSecond one.\n")
    return os.fsencode(folder / "note.txt")


def pretender(folder: Path, after: str = "", before: str = "") -> tuple[str, ...]:
    script = folder / "pretender.py"
    script.write_text(PRETENDER.format(folder=str(folder), before=before, after=after))
    return (sys.executable, str(script))


def verdict(command: tuple[str, ...], path: bytes, limits: ReadLimits | None = None) -> str:
    with ReaderPool(command, limits) as pool:
        answer = pool.read(path)
    assert isinstance(answer, UnreadableError), answer
    return answer.reason


def text_of(answer: ReadResult | UnreadableError) -> str:
    assert isinstance(answer, ReadResult), answer
    return answer.document.text


def test_a_file_comes_back_with_what_it_was_when_it_was_read(pool: ReaderPool, note: bytes) -> None:
    answer = pool.read(note)
    status = Path(os.fsdecode(note)).stat()
    assert isinstance(answer, ReadResult)
    assert answer.document.title == "note.txt"
    assert answer.document.has_lines
    assert [answer.document.text[b.start : b.end] for b in answer.document.blocks] == [
        "First paragraph.",
        "Second one.",
    ]
    assert (answer.size, answer.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert answer.content_hash == hashlib.sha256(b"First paragraph.\n\nSecond one.\n").hexdigest()


def test_a_name_that_is_no_text_is_found_by_its_bytes(pool: ReaderPool, folder: Path) -> None:
    path = os.fsencode(folder) + b"/\xff\n\xe2\x80\xae.txt"
    Path(os.fsdecode(path)).write_text("words")
    answer = pool.read(path)
    assert isinstance(answer, ReadResult)
    assert answer.document.title == r"\xff\n\u202e.txt"


@pytest.mark.parametrize("kind", ["missing", "link", "pipe", "folder", "device"])
def test_what_is_no_regular_file_is_neither_followed_nor_waited_for(
    pool: ReaderPool, folder: Path, kind: str
) -> None:
    path = folder / "thing.txt"
    match kind:
        case "link":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path = Path("/dev/zero")
    answer = pool.read(os.fsencode(path))
    assert isinstance(answer, UnreadableError)
    assert answer.reason == "unreadable"


def test_a_file_over_the_limit_is_not_read_into_memory(folder: Path) -> None:
    sparse = folder / "sparse.txt"
    with sparse.open("wb") as stream:
        stream.truncate(10**12)
    assert verdict(READER, os.fsencode(sparse)) == "too_large"


def test_a_hang_costs_that_one_file(folder: Path, note: bytes) -> None:
    command = pretender(folder, after="time.sleep(600)")
    started = time.monotonic()
    assert verdict(command, note, ReadLimits(seconds=0.5)) == "timeout"
    assert time.monotonic() - started < PATIENCE


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "corrupt"),
        ("os.abort()", "too_large"),
        ("sys.exit(0)", "corrupt"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "too_large"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "timeout"),
        ("sys.stderr.write('memory allocation of 9 bytes failed'); os.abort()", "too_large"),
        ("send(b'D', b'{}')", "corrupt"),
        ("send(b'D', b'\\xff')", "corrupt"),
        ('send(b\'F\', b\'{"reason": "nice", "detail": ""}\')', "corrupt"),
        ("os.write(1, b'D' + b'\\xff' * 4); time.sleep(600)", "corrupt"),
        ("os.write(1, b'no frame at all'); time.sleep(600)", "corrupt"),
    ],
)
def test_whatever_a_reader_does_is_a_reason(
    folder: Path, note: bytes, after: str, reason: str
) -> None:
    assert verdict(pretender(folder, after), note) == reason


def reader_that(folder: Path, *, reads: str) -> tuple[str, ...]:
    """A real reader process whose reading of `odd.txt` is replaced."""
    script = folder / "odd_reader.py"
    script.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from assistant.library.reading import process\n"
        "from assistant.library.readers import dispatch\n"
        "plain = dispatch._READERS['plain']\n"
        "def odd():\n"
        f"    {reads}\n"
        "def read(source):\n"
        "    return odd() if source.name == 'odd.txt' else plain(source)\n"
        "dispatch._READERS['plain'] = read\n"
        "sys.exit(process.main())\n"
    )
    return (sys.executable, str(script))


@pytest.mark.parametrize(
    ("reads", "reason", "detail"),
    [
        ("os.abort()", "too_large", "its reader gave up (SIGABRT), probably out of memory"),
        ("os.kill(os.getpid(), 11)", "corrupt", "it crashed the reader (SIGSEGV)"),
        ("int('1' * 5000)", "corrupt", "a number in it is thousands of digits long"),
        ("raise ValueError('\\udcff')", "corrupt", "ValueError: ?"),
        ("raise GeneratorExit", "corrupt", "GeneratorExit: "),
        ("raise MemoryError", "too_large", "it needs more memory than a file may use"),
        ("odd()", "corrupt", "nested too deeply"),
        ("bytearray(2_000_000_000)", "too_large", "it needs more memory than a file may use"),
    ],
)
def test_after_an_odd_file_the_next_one_is_read(
    folder: Path, note: bytes, reads: str, reason: str, detail: str
) -> None:
    (folder / "odd.txt").write_text("x")
    with ReaderPool(reader_that(folder, reads=reads)) as pool:
        assert text_of(pool.read(note))
        failed = pool.read(os.fsencode(folder / "odd.txt"))
        assert isinstance(failed, UnreadableError)
        assert (failed.reason, failed.detail) == (reason, detail)
        assert text_of(pool.read(note))


def test_processor_time_is_bounded_for_each_file_by_itself(folder: Path, note: bytes) -> None:
    (folder / "odd.txt").write_text("x")
    command = reader_that(folder, reads="[None for _ in iter(int, 1)]")
    with ReaderPool(command, ReadLimits(cpu_seconds=1)) as pool:
        for _ in range(2):
            failed = pool.read(os.fsencode(folder / "odd.txt"))
            assert isinstance(failed, UnreadableError)
            assert failed.reason == "timeout"
            assert text_of(pool.read(note))


def test_what_libraries_print_does_not_disturb_the_answer(folder: Path, note: bytes) -> None:
    (folder / "odd.txt").write_text("x")
    prints = "print('noise'); os.system('echo noise'); raise ValueError('told')"
    with ReaderPool(reader_that(folder, reads=prints)) as pool:
        failed = pool.read(os.fsencode(folder / "odd.txt"))
        assert isinstance(failed, UnreadableError)
        assert failed.detail == "ValueError: told"


def test_a_reader_that_dies_between_two_files_does_not_blame_the_next(note: bytes) -> None:
    with ReaderPool(READER) as pool:
        assert text_of(pool.read(note))
        (reader,) = _readers()
        reader.send_signal(signal.SIGKILL)
        assert text_of(pool.read(note))


@pytest.mark.parametrize("kills", [1, 2])
def test_a_reader_that_is_killed_while_it_reads_does_not_blame_the_file_at_once(
    folder: Path, kills: int
) -> None:
    (folder / "odd.txt").write_text("words")
    count = folder / "count"
    killed = (
        f"import pathlib; c = pathlib.Path({str(count)!r}); n = len(c.read_text()) if c.exists()"
        f" else 0; c.write_text('x' * (n + 1)); n < {kills} and os.kill(os.getpid(), 9);"
        " raise ValueError('read')"
    )
    with ReaderPool(reader_that(folder, reads=killed)) as pool:
        failed = pool.read(os.fsencode(folder / "odd.txt"))

    assert isinstance(failed, UnreadableError)
    told = "ValueError: read" if kills == 1 else "its reader was killed, probably out of memory"
    assert failed.detail == told
    assert len(count.read_text()) == 2


def reader_killed_at_start(folder: Path, times: int) -> tuple[str, ...]:
    """A real reader process that is killed so often before it is ready."""
    count, script = folder / "count", folder / "killed_reader.py"
    script.write_text(
        "import os, pathlib, sys\n"
        f"sys.path.insert(0, {str(CHECKOUT)!r})\n"
        f"with pathlib.Path({str(count)!r}).open('a') as file:\n"
        "    file.write('x')\n"
        f"if os.path.getsize({str(count)!r}) <= {times}:\n"
        "    os.kill(os.getpid(), 9)\n"
        "from assistant.library.reading.process import main\n"
        "sys.exit(main())\n"
    )
    return (sys.executable, str(script))


@pytest.mark.parametrize("kills", [1, 4])
def test_a_reader_that_is_killed_while_it_starts_is_started_again(
    folder: Path, note: bytes, kills: int
) -> None:
    with ReaderPool(reader_killed_at_start(folder, kills)) as pool:
        assert text_of(pool.read(note))
    assert (folder / "count").stat().st_size == kills + 1


def test_readers_that_are_killed_without_end_are_an_error_that_says_so(
    folder: Path, note: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.reading.pool._KILL_PAUSE", 0.0)
    with (
        ReaderPool(reader_killed_at_start(folder, 10**6)) as pool,
        pytest.raises(ReaderStartError, match=r"was killed 10 times .* memory ran out.*Close"),
    ):
        pool.read(note)
    assert (folder / "count").stat().st_size == 10


def test_a_reader_that_never_begins_is_an_error_of_the_program(folder: Path, note: bytes) -> None:
    command = pretender(folder, before="sys.exit('no module named lxml')")
    with ReaderPool(command) as pool, pytest.raises(ReaderStartError):
        pool.read(note)


def test_a_program_that_is_not_there_is_an_error_with_its_name(note: bytes) -> None:
    with ReaderPool(("/no/such/program",)) as pool, pytest.raises(ReaderStartError) as caught:
        pool.read(note)
    assert "/no/such/program" in caught.value.message


def test_a_program_that_does_not_start_says_why(folder: Path, note: bytes) -> None:
    script = folder / "broken.py"
    script.write_text("import a_module_that_is_not_there")
    with (
        ReaderPool((sys.executable, str(script))) as pool,
        pytest.raises(ReaderStartError) as caught,
    ):
        pool.read(note)
    assert "a_module_that_is_not_there" in caught.value.message


def test_stopping_ends_a_reading_at_once_and_says_nothing_about_the_file(
    folder: Path, note: bytes
) -> None:
    stop = threading.Event()
    with ReaderPool(pretender(folder, after="time.sleep(600)")) as pool:
        threading.Timer(0.3, stop.set).start()
        started = time.monotonic()
        with pytest.raises(ReadingStoppedError):
            pool.read(note, stop)
        assert time.monotonic() - started < PATIENCE


def test_closing_the_pool_ends_what_is_being_read(folder: Path, note: bytes) -> None:
    pool = ReaderPool(pretender(folder, after="time.sleep(600)"))
    failures: list[BaseException] = []

    def read() -> None:
        try:
            pool.read(note)
        except ReadingStoppedError as stopped:
            failures.append(stopped)

    thread = threading.Thread(target=read)
    thread.start()
    _wait_for(lambda: len(_readers()) == 1)
    pool.close()
    thread.join(PATIENCE)
    assert len(failures) == 1
    assert _readers() == []
    with pytest.raises(ReadingStoppedError):
        pool.read(note)


def test_the_owner_imports_no_format_library() -> None:
    script = (
        "import sys, assistant.library.reading.pool, assistant.library.files.walk\n"
        "print(*{'lxml', 'pypdfium2', 'chardet', 'olefile', 'python_calamine'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=CHECKOUT
    )
    assert result.stdout.strip() == b""


def test_several_threads_share_the_processes(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"text {number}")
    found: dict[int, str] = {}
    with ReaderPool(READER, processes=2) as pool:

        def read(numbers: range) -> None:
            for number in numbers:
                found[number] = text_of(pool.read(os.fsencode(folder / f"{number}.txt")))

        threads = [threading.Thread(target=read, args=(range(k, 20, 4),)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(_readers()) == 2
    assert found == {number: f"text {number}" for number in range(20)}


def test_a_process_outlives_the_thread_that_first_needed_it(note: bytes) -> None:
    with ReaderPool(READER) as pool:
        first = threading.Thread(target=pool.read, args=(note,))
        first.start()
        first.join()
        (reader,) = _readers()
        assert text_of(pool.read(note))
        assert _readers() == [reader]


def test_the_processes_die_with_their_owner(folder: Path) -> None:
    (folder / "note.txt").write_text("words")
    owner = folder / "owner.py"
    owner.write_text(
        "import os, signal, psutil\n"
        "from assistant.library.reading.pool import ReaderPool\n"
        f"pool = ReaderPool({READER!r})\n"
        f"pool.read({os.fsencode(folder / 'note.txt')!r})\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = psutil.Popen(
        [sys.executable, str(owner)], stdout=-1, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
    )
    assert process.stdout is not None
    reader = int(process.stdout.readline())
    process.wait()
    _wait_for(lambda: not psutil.pid_exists(reader) or _is_zombie(reader))


def test_a_zip_bomb_is_too_large_and_soon_found(pool: ReaderPool, folder: Path) -> None:
    bomb = folder / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(1_000):
                part.write(b" " * 1_000_000)
    started = time.monotonic()
    answer = pool.read(os.fsencode(bomb))
    assert isinstance(answer, UnreadableError)
    assert answer.reason == "too_large"
    assert time.monotonic() - started < PATIENCE


def test_memory_that_a_file_asks_for_is_bounded(folder: Path) -> None:
    path = folder / "large.txt"
    path.write_bytes(b"word " * 20_000_000)
    limits = ReadLimits(memory_bytes=450_000_000, text_chars=10**9)
    assert verdict(READER, os.fsencode(path), limits) == "too_large"


def test_sheets_that_claim_much_are_read_up_to_the_limits(folder: Path) -> None:
    with ReaderPool(READER, ReadLimits(cpu_seconds=2, seconds=30)) as pool:
        for name in ("far.xlsx", "rows.ods"):
            (folder / name).write_bytes(HOSTILE[name]())
        far = pool.read(os.fsencode(folder / "far.xlsx"))
        rows = pool.read(os.fsencode(folder / "rows.ods"))
    assert isinstance(far, ReadResult)
    assert far.document.unread == ()
    assert len(far.document.text) < 100
    assert isinstance(rows, ReadResult)
    assert [(each.kind, each.reason) for each in rows.document.unread] == [("row", "too_large")]
    assert len(rows.document.text) < 1_000_000


@pytest.mark.parametrize("name", ["forms.pdf", "pages.pdf", "attributes.html"])
def test_a_hostile_file_costs_little_and_only_itself(folder: Path, note: bytes, name: str) -> None:
    path = folder / name
    path.write_bytes(HOSTILE[name]())
    started = time.monotonic()
    with ReaderPool(READER, ReadLimits(cpu_seconds=2, seconds=30)) as pool:
        answer = pool.read(os.fsencode(path))
        assert text_of(pool.read(note))
    assert isinstance(answer, UnreadableError)
    assert answer.reason in {"too_large", "timeout", "corrupt", "empty"}
    assert time.monotonic() - started < 2 * PATIENCE


def test_damaged_files_never_stop_the_pool(pool: ReaderPool, folder: Path) -> None:
    chance = random.Random(7)
    heads = [
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf1",
        b"<html",
    ]
    for number in range(40):
        path = folder / f"{number}.{chance.choice(['pdf', 'docx', 'xls', 'rtf', 'html', 'txt'])}"
        path.write_bytes(chance.choice(heads) + chance.randbytes(chance.randrange(5_000)))
        assert isinstance(pool.read(os.fsencode(path)), ReadResult | UnreadableError)


def _readers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _wait_for(state: object) -> None:
    assert callable(state)
    deadline = time.monotonic() + PATIENCE
    while not state():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_file_that_never_stops_growing_is_not_read_for_ever(
    pool: ReaderPool, folder: Path
) -> None:
    growing, stop = folder / "growing.txt", threading.Event()
    growing.write_text("words " * 1000)

    def grow() -> None:
        with growing.open("a") as file:
            while not stop.is_set():
                file.write("words " * 10_000)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        found = pool.read(os.fsencode(growing))
    finally:
        stop.set()
        writer.join()

    assert isinstance(found, UnreadableError)
    assert found.reason in ("unreadable", "too_large")
