"""The terminal and the pictures of the screen's tests; collected where texts are Portuguese."""

from tests.support.screen_language import PORTUGUESE, shown_language
from tests.tui.conftest import colourful_terminal, pictures, store

__all__ = ["colourful_terminal", "pictures", "store"]

collect_ignore_glob = [] if shown_language() == PORTUGUESE else ["test_*.py"]
