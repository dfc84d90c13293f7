"""Activity of the server: requests, their tokens, and how many wait; never what was said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter

from assistant.core.sanitize import one_line
from assistant.core.values.conversation import Usage
from assistant.language.messages import _, localized
from assistant.serve.http.errors import ApiError

Tell = Callable[[str], None]


class RequestRecord:
    """One request, while it is answered."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.usage: Usage | None = None
        self.is_complete = False
        self.error: ApiError | None = None
        self._started = perf_counter()

    def failed(self, error: ApiError) -> ApiError:
        """Note that it failed. Returns: the error."""
        self.error = error
        return error

    def __str__(self) -> str:
        seconds = _("{seconds:.1f} s", seconds=perf_counter() - self._started)
        if self.error is not None:
            refused = _(
                "{model}: refused with {status}, {seconds}",
                model=self.model,
                status=self.error.status,
                seconds=seconds,
            )
            if self.error.status < 500:
                # What a client has sent is not shown.
                return refused
            return f"{refused}: {one_line(localized(self.error.message))}"
        usage = self.usage
        tokens = ""
        if usage:
            tokens = _(
                "{read:,} → {written:,} tokens",
                read=usage.prompt_tokens,
                written=usage.completion_tokens,
            )
        how = "" if self.is_complete else _("stopped")
        return f"{self.model}: {', '.join(filter(None, [how, tokens, seconds]))}"


class ServerActivity:
    """What goes on, for a terminal."""

    def __init__(self, tell: Tell | None = None, progress: Tell | None = None) -> None:
        """Args:
        tell: shows a line for each request; None shows none.
        progress: replaces the line of what goes on now.
        """
        self._tell = tell
        self._progress = progress
        self._answering = 0
        self._waiting = 0

    @contextmanager
    def request(self, model: str) -> Iterator[RequestRecord]:
        """A request, from when it was let in to when its reply is over."""
        record = RequestRecord(model)
        self._answering += 1
        self._show()
        try:
            yield record
        finally:
            self._answering -= 1
            if self._tell is not None:
                self._tell(f"{datetime.now().astimezone():%H:%M:%S}  {record}")
            self._show()

    def waiting(self, number: int) -> None:
        """So many requests wait for their turn."""
        self._waiting = number
        self._show()

    def _show(self) -> None:
        if self._progress is not None:
            facts = [_("{n} open", n=self._answering)]
            if self._waiting:
                facts.append(_("{n} waiting", n=self._waiting))
            self._progress(", ".join(facts) if self._answering else "")
