"""Which addresses a terminal is given to follow, and which terminals."""

import pytest

from assistant.tui.toolkit.hyperlinks import is_plain_address, knows_hyperlinks


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://localhost:8000/a?b=c#d",
        "https://pt.wikipedia.org/wiki/S%C3%A3o_Paulo_(cidade)",
    ],
)
def test_a_web_address_may_be_followed(address: str) -> None:
    assert is_plain_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:ana@example.org",
        "https://bank.example@evil.example/",
        "https://ехample.org",
        "https://example.org/a b",
        "https://example.org/\x1b\\",
        "https://example.org/\u202eabc",
        "https://example.org/;\n",
        "https://",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_no_other_address_is_followed(address: str) -> None:
    assert not is_plain_address(address)


@pytest.mark.parametrize(
    ("environment", "knows"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4602"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot-extra"}, True),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-1000/default,1,0"}, True),
        ({"TERM": "screen", "STY": "1.a", "VTE_VERSION": "7600"}, False),
    ],
)
def test_only_terminals_that_are_known_to_take_them_get_hyperlinks(
    environment: dict[str, str], knows: bool
) -> None:
    assert knows_hyperlinks(environment) == knows
