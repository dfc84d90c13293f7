"""Dialogs on servers of models: adding one, what may be sent to it, removing it."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from assistant.core.errors import AssistantError, SettingsError
from assistant.core.ports.endpoints import Endpoints
from assistant.core.values.endpoints.status import SCOPE_TEXTS, ConsentScope, EndpointStatus
from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import Clickable, SafeInput

NOT_NAMES: Final = frozenset({"api", "www", "localhost"})
"""Parts of a host that say nothing of whose it is."""


class WantedServer(NamedTuple):
    """A server as it was typed."""

    url: str = ""
    name: str = ""
    """Empty takes one from the address."""
    key: str = ""


NOTHING_TYPED: Final = WantedServer()


class AddServer(Dialog[WantedServer]):
    """Dialog that asks where a server is; Enter adds and tests it, Esc cancels."""

    def __init__(self, typed: WantedServer = NOTHING_TYPED, problem: str = "") -> None:
        """Args:
        typed: what was typed before.
        problem: why that will not do.
        """
        super().__init__()
        self._typed = typed
        self._problem = problem
        self._url = SafeInput(typed.url, placeholder="https://api.example.com/v1")
        self._named = SafeInput(typed.name, placeholder=_("as in the address"))
        self._key = SafeInput(typed.key, placeholder=_("none"), password=True)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Add a server of models"), "bold"))
            for label, field in (
                (_("Address"), self._url),
                (_("Name"), self._named),
                (_("Key"), self._key),
            ):
                with Horizontal(classes="field"):
                    yield Static(text.muted(f"{label:<9}"))
                    yield field
            if self._problem:
                yield Static(text.line(self._problem, 300, "$text-error"), classes="apart")
            about = _("The key is kept in the keyring of the system, or in a file for you alone.")
            yield Static(text.muted(about), classes="apart")
            with Horizontal(classes="choices apart"):
                yield Clickable(text.button(_("Enter adds and tests it"), "screen.accept"))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        typed = (each.value.strip() for each in (self._url, self._named, self._key))
        self.dismiss_after(self._url, lambda: WantedServer(*typed))


class AllowSending(Dialog[bool]):
    """Dialog on what may be sent to a server; Enter says yes, Esc no, W goes on without.

    Returns: True for yes; False where it is to go on without the files.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", show=False),
        Binding("w", "without", show=False),
    ]

    def __init__(
        self, endpoint: EndpointStatus, what: ConsentScope, *, may_do_without: bool = False
    ) -> None:
        """`may_do_without` says whether the question can be answered without the files."""
        super().__init__()
        self._endpoint = endpoint
        self._what = what
        self._may_do_without = may_do_without

    def compose(self) -> ComposeResult:
        one = self._endpoint
        rows = [
            text.own("→ ")
            + text.filled(_("{host} is not this machine."), host=text.line(one.host, 80, "bold")),
            text.line(one.url, 200, text.MUTED),
            text.own(_("Your files stay here, except the passages sent with a question."))
            if self._what == "files"
            else text.own(_("Your files stay here; you are asked before passages are sent.")),
        ]
        if not one.url.startswith("https:"):
            rows.append(text.own(_("The connection is not encrypted."), "$text-warning"))
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Send {what} there?", what=_(SCOPE_TEXTS[self._what])), "bold"))
            yield Static(text.joined(rows, "\n"), classes="address")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Enter allows it"), "screen.accept"))
                if self._may_do_without:
                    yield Clickable(text.button(_("W asks without files"), "screen.without"))
                yield Clickable(text.button(_("Esc sends nothing"), "screen.leave"))

    def action_accept(self) -> None:
        self.dismiss(True)

    def action_without(self) -> None:
        if self._may_do_without:
            self.dismiss(False)


class RemoveServer(Dialog[bool]):
    """Dialog before a server is removed; Enter removes it, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]

    def __init__(self, endpoint: EndpointStatus) -> None:
        super().__init__()
        self._endpoint = endpoint

    def compose(self) -> ComposeResult:
        one = self._endpoint
        rows = [
            text.line(one.url, 200, text.MUTED),
            text.own(_("Its key and what it may get are forgotten. Answers that it gave stay.")),
        ]
        with Vertical(classes="dialog"):
            yield Static(
                text.filled(_("Remove {server}?"), "bold", server=text.line(one.name, 40, "bold"))
            )
            yield Static(text.joined(rows, "\n"), classes="address")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Enter removes it"), "screen.accept"))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def action_accept(self) -> None:
        self.dismiss(True)


def add_server(endpoints: Endpoints, wanted: WantedServer) -> str:
    """Add a server with its key. Blocks.

    Returns: its name.

    Raises:
        AssistantError: it cannot be added; nothing of it is kept.
    """
    taken = {one.name for one in endpoints.listed()}
    name = wanted.name or name_from(wanted.url, taken)
    if name in taken:
        raise SettingsError(
            _("There is a server called {name} already.", name=name), _("Give it another name.")
        )
    endpoints.add(name, wanted.url)
    try:
        if wanted.key:
            endpoints.keep_key(name, wanted.key)
    except AssistantError:
        endpoints.remove(name)
        raise
    return name


def name_from(url: str, taken: Collection[str]) -> str:
    """A name for the server at an address: whose it is, as far as its host says."""
    host = urlsplit(url).hostname or ""
    name = "server"
    try:
        ip_address(host)
    except ValueError:
        parts = host.split(".")[:-1]
        parts = [each for each in parts if each and each not in NOT_NAMES] or host.split(".")[:1]
        kept = "".join(
            sign for sign in parts[-1] if sign.isascii() and (sign.isalnum() or sign == "-")
        )
        name = kept.strip("-")[:30] or name
    if host in ("localhost", "127.0.0.1", "::1"):
        name = "here"
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next((each for each in names if each not in taken), name)
