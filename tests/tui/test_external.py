"""Which program opens a file."""

from collections.abc import Sequence

import pytest

from assistant.core.errors import AssistantError
from assistant.tui.external import ExternalPrograms


class Recorder:
    """Runs nothing, and keeps what it was to run."""

    def __init__(self, status: int = 0, default: str = "") -> None:
        self.ran: list[list[str]] = []
        self._status = status
        self._default = default

    def __call__(self, command: Sequence[str]) -> tuple[int, str]:
        if command[0] == "xdg-mime":
            return 0, self._default
        self.ran.append(list(command))
        return self._status, ""


def programs(run: Recorder | None = None, *there: str, **environment: str) -> ExternalPrograms:
    def which(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in there else None

    return ExternalPrograms(environment, which, run or Recorder(), "linux")


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vi", ["vi", "+31", "/a b.md"]),
        ("nano -w", ["nano", "-w", "+31", "/a b.md"]),
        ("emacs -nw -f 'my mode'", ["emacs", "-nw", "-f", "my mode", "+31", "/a b.md"]),
        ("code --wait", ["code", "--wait", "--goto", "/a b.md:31"]),
        ("hx", ["hx", "/a b.md:31"]),
    ],
)
def test_an_editor_opens_a_file_at_its_line(editor: str, command: list[str]) -> None:
    assert programs(None, editor.split()[0], EDITOR=editor).editor("/a b.md", 31) == command


def test_visual_goes_before_editor() -> None:
    known = programs(None, "vi", "nano", VISUAL="nano", EDITOR="vi")
    assert known.editor("/a", 1) == ["nano", "+1", "/a"]


def test_a_name_never_becomes_part_of_a_command() -> None:
    hostile = "/x; rm -rf ~ $(reboot) {line} {0}"
    assert programs(None, "vi", EDITOR="vi").editor(hostile, 2) == ["vi", "+2", hostile]
    assert programs(None, "hx", EDITOR="hx").editor(hostile, 2) == ["hx", f"{hostile}:2"]


def test_without_an_editor_there_is_no_command() -> None:
    assert programs(None, "vi").editor("/a", 1) is None
    assert programs(None, "vi", EDITOR="  ").editor("/a", 1) is None


@pytest.mark.parametrize(("editor", "why"), [("gone", "not found"), ("vi 'x", "open quotation")])
def test_an_editor_that_cannot_be_run_is_named(editor: str, why: str) -> None:
    with pytest.raises(AssistantError, match=why):
        programs(None, "vi", EDITOR=editor).editor("/a", 1)


def test_the_system_opens_what_is_no_text() -> None:
    run = Recorder()
    programs(run, "xdg-open", DISPLAY=":0").view("/a.docx", None)
    assert run.ran == [["xdg-open", "/a.docx"]]


def test_a_pdf_opens_at_its_page_where_the_viewer_is_known() -> None:
    run = Recorder(default="org.gnome.Evince.desktop\n")
    programs(run, "xdg-open", "xdg-mime", "evince", DISPLAY=":0").view("/a.PDF", 4)
    assert run.ran == [["evince", "--page-index=4", "/a.PDF"]]


def test_a_pdf_opens_somewhere_where_the_viewer_is_not_known() -> None:
    run = Recorder(default="another.desktop\n")
    programs(run, "xdg-open", "xdg-mime", DISPLAY=":0").view("/a.pdf", 4)
    assert run.ran == [["xdg-open", "/a.pdf"]]


def test_without_a_desktop_nothing_takes_over_the_terminal() -> None:
    run = Recorder()
    with pytest.raises(AssistantError, match="No program found"):
        programs(run, "xdg-open").view("/a.docx", None)
    assert run.ran == []


def test_a_viewer_that_refuses_is_told() -> None:
    with pytest.raises(AssistantError, match="No program could open"):
        programs(Recorder(status=3), "xdg-open", DISPLAY=":0").view("/a.xyz", None)
