"""The language that a process of the tests shows: that of its environment, else English."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from assistant.language import messages
from assistant.language.english import ENGLISH
from tests.support.checkout import CHECKOUT

VARIABLE = "SCREEN_LANGUAGE"
PSEUDO = "qps"
"""One of the tests' own, see `pseudo_locale`."""

PORTUGUESE = "pt_BR"


def shown_language() -> str:
    """Its code."""
    return os.environ.get(VARIABLE, ENGLISH)


def activate() -> None:
    """Show it in this process; before anything is imported that has texts."""
    if shown_language() == ENGLISH:
        return
    folder = tempfile.mkdtemp(prefix="language-")
    if shown_language() == PSEUDO:
        # What the messages are read off has texts itself.
        command = ["-m", "tests.support.pseudo_locale", folder]
    else:
        command = ["packaging/language/catalogs.py", "compile", folder]
    subprocess.run([sys.executable, *command], check=True, cwd=CHECKOUT)
    messages.use_language(shown_language(), Path(folder))
