"""`assistant add`, `search` and `library`, in this process on a library that keeps to a script."""

import json
from collections.abc import Callable
from typing import cast

import pytest

from assistant.core.values.documents import UnreadParts
from assistant.core.values.library import (
    Collection,
    Done,
    FileEntry,
    Indexed,
    IndexEvent,
    IndexingProgress,
    LeftOut,
    LibraryStatus,
    Planned,
    Scanned,
    SearchResult,
    Skipped,
    Survey,
    Waiting,
)
from tests.support.fake_library import ScriptedLibrary, passage
from tests.support.shell import Run, Shell

EVENTS: list[IndexEvent] = [
    Waiting(),
    Scanned(files=2),
    Planned(files=2, bytes=2_500_000),
    IndexingProgress(done=0, files=2, rate=0, eta=None, current="/f/a.txt"),
    Indexed(path="/f/a.txt", passages=3),
    Skipped(path="/f/b\\n.pdf", reason="no_text", detail="pictures only"),
    Done(indexed=1, skipped=1, removed=0, seconds=1.25),
]

Runner = Callable[..., Run]


@pytest.fixture
def library(shell: Runner) -> ScriptedLibrary:
    return cast(Shell, shell).library


def test_add_prints_one_event_per_line(shell: Runner, library: ScriptedLibrary) -> None:
    library.events = EVENTS

    done = shell("add", "x", "--json")

    assert (done.status, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"event": "planned", "files": 2, "bytes": 2_500_000},
        {"event": "indexed", "path": "/f/a.txt", "passages": 3, "partial": []},
        {
            "event": "skipped",
            "path": "/f/b\\n.pdf",
            "reason": "no_text",
            "detail": "pictures only",
        },
        {
            "event": "done",
            "indexed": 1,
            "skipped": 1,
            "removed": 0,
            "seconds": 1.25,
            "partial": 0,
        },
    ]


def test_add_tells_a_person_what_was_left_out_and_why(
    shell: Runner, library: ScriptedLibrary
) -> None:
    library.events = EVENTS

    done = shell("add", "one", "two", "--collection", "trip")

    assert done.status == 0
    assert done.out.splitlines() == [
        "2 files to read, 2.5 MB",
        "1 indexed, 1 skipped, 0 removed in 1 s",
        "skipped, no text: 1 file",
        "    /f/b\\n.pdf: pictures only",
    ]
    assert library.added == [(("one", "two"), "trip")]


def test_add_tells_its_plan_on_a_terminal_before_it_begins(
    shell: Runner, library: ScriptedLibrary
) -> None:
    cast(Shell, shell).terminal = True
    library.events = EVENTS
    library.planned = Survey(
        files=1_212,
        bytes=40_000_000,
        unchanged=3,
        seconds=95,
        left_out=(
            LeftOut(reason="hidden", count=4, example="/f/.git"),
            LeftOut(reason="too_large", count=1, example="/f/film.mkv"),
        ),
    )

    lines = shell("add", "/f", NO_COLOR="1").out.splitlines()

    assert lines[0] == (
        "1,212 files to read, 40.0 MB, about 1 min 35 s; 3 unchanged;"
        " left out: 4 hidden, 1 too large"
    )
    assert lines[1].startswith("1 indexed")


def test_a_thousand_failures_are_told_in_a_few_lines(
    shell: Runner, library: ScriptedLibrary
) -> None:
    broken = [Skipped(path=f"/f/{n}.pdf", reason="corrupt", detail="cut off") for n in range(999)]
    locked = [Skipped(path="/f/x.pdf", reason="encrypted", detail="RC4")]
    done = Done(indexed=0, skipped=1_000, removed=0, seconds=75)
    library.events = [Planned(files=1_000, bytes=9), *locked, *broken, done]

    assert shell("add", "x").out.splitlines() == [
        "1,000 files to read, 9 bytes",
        "0 indexed, 1,000 skipped, 0 removed in 1 min 15 s",
        "skipped, damaged: 999 files",
        "    /f/0.pdf: cut off",
        "    /f/1.pdf: cut off",
        "    /f/2.pdf: cut off",
        "    and 996 more",
        "skipped, encrypted: 1 file",
        "    /f/x.pdf: RC4",
    ]


@pytest.mark.parametrize("command", [("add", "x"), ("library", "refresh"), ("library", "rebuild")])
def test_every_line_of_a_job_has_the_keys_of_its_event_and_no_others(
    shell: Runner, library: ScriptedLibrary, command: tuple[str, ...]
) -> None:
    library.events = EVENTS
    keys = {
        "planned": {"event", "files", "bytes"},
        "indexed": {"event", "path", "passages", "partial"},
        "skipped": {"event", "path", "reason", "detail"},
        "done": {"event", "indexed", "skipped", "removed", "seconds", "partial"},
    }

    done = shell(*command, "--json")
    events = [json.loads(line) for line in done.out.splitlines()]

    assert done.status == 0
    assert [event["event"] for event in events] == ["planned", "indexed", "skipped", "done"]
    assert all(event.keys() == keys[event["event"]] for event in events)


def test_search_prints_a_list_with_everything_about_a_passage(
    shell: Runner, library: ScriptedLibrary
) -> None:
    library.result = SearchResult(passages=(passage(1, "Some words"),), sufficient=True)

    done = shell("search", "some", "words", "--json", "--collection", "a", "--limit", "3")

    assert json.loads(done.out) == [
        {
            "path": "/files/1.md",
            "title": "File 1",
            "page": None,
            "page_end": None,
            "heading": "Top > Part",
            "line_start": 3,
            "line_end": 5,
            "text": "Some words",
            "score": 0.9,
            "dense_score": 0.5,
            "keyword_score": 2.0,
            "partial": [],
        }
    ]
    assert library.asked == [("some words", ("a",), 3)]


def test_what_a_file_says_is_never_obeyed_by_the_terminal(
    shell: Runner, library: ScriptedLibrary
) -> None:
    library.result = SearchResult(passages=(passage(1, "a\x1b]52;c;x\x07b\u202ec"),))
    cast(Shell, shell).terminal = True

    done = shell("search", "x", NO_COLOR="1")

    assert "\x1b]52" not in done.out
    assert "\u202e" not in done.out


def test_nothing_found_is_no_error(shell: Runner) -> None:
    assert shell("search", "x", "--json").out == "[]\n"
    assert shell("search", "x").status == 0


def test_lists_are_the_same_for_programs_and_for_people(
    shell: Runner, library: ScriptedLibrary
) -> None:
    library.sets = [Collection(name="trip", roots=("/f",), files=2, passages=3)]
    library.entries = [
        FileEntry(path="/f/a.txt", size=9, state="indexed", passages=3),
        FileEntry(
            path="/f/b.pdf", size=9, state="skipped", passages=0, reason="encrypted", detail="RC4"
        ),
    ]

    (trip,) = json.loads(shell("library", "list", "--json").out)
    assert trip == {**trip, "name": "trip", "roots": ["/f"], "files": 2, "passages": 3}
    assert "trip" in shell("library", "list").out
    assert shell("library").out == shell("library", "list").out
    assert shell.json("library") == [trip]
    (failed,) = json.loads(shell("library", "list", "--failed", "--json").out)
    assert (failed["path"], failed["reason"], failed["detail"]) == ("/f/b.pdf", "encrypted", "RC4")
    assert "encrypted: RC4" in shell("library", "list", "--collection", "trip").out


def test_status_tells_how_it_is(shell: Runner) -> None:
    status = json.loads(shell("library", "status", "--json").out)

    assert status.keys() == {
        "collections",
        "files",
        "indexed",
        "skipped",
        "waiting",
        "passages",
        "disk_bytes",
        "paused",
        "job",
        "embedder",
        "next_embedder_done",
        "embedder_problem",
        "roots",
        "watched",
        "missing",
        "partial",
        "left_out",
    }


def test_status_tells_a_person_which_embedder_answers_and_which_is_on_its_way(
    shell: Runner, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = library.status().model_copy(
        update={
            "embedder": "all-MiniLM",
            "next_embedder_done": 0.429,
            "embedder_problem": "It is gone.",
        }
    )
    monkeypatch.setattr(library, "status", lambda: status)

    lines = shell("library", "status").out.splitlines()

    assert lines[-3:] == [
        "embedder: all-MiniLM",
        "switching to another embedder: 42 % done",
        "It is gone.",
    ]


@pytest.mark.parametrize(
    ("watched", "missing", "told"),
    [
        (3, (), ["changes are noticed automatically"]),
        (
            2,
            ("/media/disk",),
            [
                "changes are noticed automatically",
                "not available, kept in the index: /media/disk",
            ],
        ),
        (0, (), ["changes are found by `assistant library refresh`, and when the program starts"]),
        (
            1,
            (),
            [
                "changes are noticed at once in 1 of 3 folders; the others are looked at now and"
                " then"
            ],
        ),
    ],
)
def test_status_tells_how_changes_are_noticed_and_what_is_away(
    shell: Runner,
    library: ScriptedLibrary,
    monkeypatch: pytest.MonkeyPatch,
    watched: int,
    missing: tuple[str, ...],
    told: list[str],
) -> None:
    how = {"roots": 3, "watched": watched, "missing": missing}
    status = library.status().model_copy(update=how)
    monkeypatch.setattr(library, "status", lambda: status)

    assert shell("library", "status").out.splitlines()[-len(told) :] == told


def test_status_tells_why_indexing_holds(
    shell: Runner, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = IndexingProgress(done=3, files=9, rate=0, eta=None, current="", yielding=True)
    status = library.status().model_copy(update={"job": job})
    monkeypatch.setattr(library, "status", lambda: status)

    out = shell("library", "status").out
    assert "indexing: 3 of 9 files, paused while answering" in out


def test_pause_and_resume_reach_the_library(shell: Runner, library: ScriptedLibrary) -> None:
    assert shell("library", "pause").status == 0
    assert library.paused
    assert shell("library", "resume").status == 0
    assert not library.paused


def test_what_was_removed_is_listed_and_put_back(shell: Runner, library: ScriptedLibrary) -> None:
    library.taken_out = [("trip", ("/f/old",)), ("trip", ("/f/a", "/f/b"))]

    told = shell("library", "removed")
    assert [line.split("  ")[1:] for line in told.out.splitlines()] == [
        ["trip", "/f/a, /f/b"],
        ["trip", "/f/old"],
    ]
    assert [each["roots"] for each in json.loads(shell("library", "removed", "--json").out)] == [
        ["/f/a", "/f/b"],
        ["/f/old"],
    ]
    assert shell("library", "restore", "Trip").status == 0
    assert library.added == [(("/f/a", "/f/b"), "trip")]
    assert "Nothing was removed from 'home'" in shell("library", "restore", "home").err


def test_remove_needs_to_be_told_from_where(shell: Runner, library: ScriptedLibrary) -> None:
    assert shell("library", "remove", "/f").status == 2
    assert shell("library", "remove", "/f", "--collection", "trip", "--json").status == 0
    assert library.removed == [("trip", ("/f",))]


def test_verify_and_rebuild_end_well_when_all_is_well(shell: Runner) -> None:
    assert json.loads(shell("library", "verify", "--json").out)["ok"]
    last = shell("library", "rebuild", "--json").out.splitlines()[-1]
    assert json.loads(last)["event"] == "done"


PAGES = UnreadParts(kind="page", names=("2–3",), count=2, total=3, reason="pictures")
BROKEN = UnreadParts(kind="attachment", names=("b.pdf",), count=1, reason="corrupt")


def test_add_tells_what_was_read_in_part(shell: Runner, library: ScriptedLibrary) -> None:
    mails = [Indexed(path=f"/f/{n}.eml", passages=1, unread=(BROKEN,)) for n in range(9)]
    done = Done(indexed=11, skipped=0, removed=0, seconds=2, partial=10)
    library.events = [
        Planned(files=11, bytes=9),
        Indexed(path="/f/whole.txt", passages=1),
        Indexed(path="/f/policy.pdf", passages=1, unread=(PAGES, BROKEN)),
        *mails,
        done,
    ]

    assert shell("add", "x").out.splitlines() == [
        "11 files to read, 9 bytes",
        "11 indexed, 0 skipped, 0 removed in 2 s",
        "read in part: 10 files",
        "    /f/policy.pdf: pages 2–3 (pictures), attachment b.pdf (damaged) could not be read",
        "    /f/0.eml: attachment b.pdf could not be read (damaged)",
        "    /f/1.eml: attachment b.pdf could not be read (damaged)",
        "    and 7 more",
    ]
    events = [json.loads(line) for line in shell("add", "x", "--json").out.splitlines()]
    assert events[1]["partial"] == []
    assert events[2]["partial"] == [
        {"where": "pages 2–3", "reason": "pictures"},
        {"where": "attachment b.pdf", "reason": "corrupt"},
    ]


def test_files_that_were_read_in_part_are_listed_with_what_is_missing(
    shell: Runner, library: ScriptedLibrary
) -> None:
    library.entries = [
        FileEntry(path="/f/a.txt", size=9, state="indexed", passages=3),
        FileEntry(path="/f/policy.pdf", size=9, state="indexed", passages=1, unread=(PAGES,)),
    ]

    listed = shell("library", "list", "--partial").out
    assert "in part         1  /f/policy.pdf  not read: 2 of 3 pages (pictures)" in listed
    assert "a.txt" not in listed
    (entry,) = json.loads(shell("library", "list", "--partial", "--json").out)
    assert entry["partial"] == [{"where": "pages 2–3", "reason": "pictures"}]
    assert "unread" not in entry
    assert "2 indexed (1 in part), 0 skipped" in shell("library", "status").out
    assert shell("library", "list", "--partial", "--failed").status == 2


def test_a_library_that_did_not_answer_and_was_restarted_is_told_in_one_line(
    shell: Runner, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = library.status

    def late() -> LibraryStatus:
        library.tell("The library did not answer and was restarted.")
        return status()

    monkeypatch.setattr(library, "status", late)

    done = shell("library", "status", "--json")

    assert (done.status, done.err) == (0, "The library did not answer and was restarted.\n")
    assert json.loads(done.out)["files"] == status().files
