"""The download of a model: it goes on when its screen is left, and ends with the program."""

from collections.abc import Callable, Sequence

from assistant.core.downloads import Fetched, Fetching, Offer, Recommended
from assistant.core.errors import AccessError, AssistantError
from assistant.core.ports import ModelDownloads
from assistant.tui.aside import Stream, aside
from assistant.tui.turns import Report


class ModelFetch:
    """One download at a time."""

    def __init__(self, downloads: ModelDownloads | None, report: Report) -> None:
        self._downloads = downloads
        self._report = report
        self._stream: Stream[Fetching | Fetched] | None = None
        self._token: str | None = None
        self.offer: Offer | None = None
        """What is being fetched; None while nothing is."""
        self.progress: Fetching | None = None
        self.ended: Callable[[Offer, AssistantError | None], object] | None = None
        """Called after a download that was not stopped, with what went wrong."""

    def recommended(self) -> list[Recommended]:
        return self._downloads.recommended() if self._downloads else []

    async def find(self, wanted: str) -> Offer:
        """What a download would bring.

        Raises:
            DownloadError: there is no such model, or no connection.
        """
        assert self._downloads is not None
        self._token = None
        try:
            return await aside(self._downloads.find, wanted)
        except AccessError:
            # The token of the user's login is shown only to a server that asks for one.
            self._token = ""
            return await aside(self._downloads.find, wanted, "")

    def start(self, offer: Offer) -> None:
        """Fetch what was found last."""
        downloads, token = self._downloads, self._token
        assert downloads is not None
        self.stop()
        self.offer, self.progress = offer, None

        def advanced(events: Sequence[Fetching | Fetched]) -> None:
            for event in events:
                if isinstance(event, Fetching):
                    self.progress = event

        def ended(failure: AssistantError | None) -> None:
            if self._stream is stream:
                self._stream = self.offer = self.progress = None
                if self.ended is not None:
                    self.ended(offer, failure)

        stream = Stream(
            lambda stop: downloads.fetch(offer, stop, token), advanced, ended, self._report
        )
        self._stream = stream

    def stop(self) -> None:
        """End the download; what has arrived is kept."""
        if self._stream is not None:
            self._stream.stop.set()
            self._stream = self.offer = self.progress = None
