"""What other windows do to the conversations appears here by itself."""

from assistant.tui.browsing import Browser
from assistant.tui.session import Session


class Elsewhere:
    """Looks whether something was changed, one look at a time."""

    def __init__(self, session: Session, browser: Browser) -> None:
        self._session = session
        self._browser = browser
        self._looking = False

    async def look(self) -> None:
        """Show what another window has changed since the last look."""
        if self._looking:
            return
        self._looking = True
        try:
            if await self._browser.is_outdated():
                await self._browser.refresh()
                if self._session.turn is None:
                    await self._session.refresh()
        finally:
            self._looking = False
