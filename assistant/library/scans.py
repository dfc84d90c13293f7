"""Scanned documents get another chance as soon as there is something that can read them."""

import shutil

from assistant.library.database import Database
from assistant.library.limits import Ocr

_KEY = "ocr"


def notice(database: Database, ocr: Ocr | None) -> bool:
    """Have files without text read again where more can be read than last time; whether so."""
    now = "+".join(ocr.languages) if ocr and shutil.which(ocr.command) else ""
    with database.write() as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        if now == (row[0] if row else ""):
            return False
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, now))
        if not now:
            return False
        connection.execute(
            "UPDATE files SET state = 'waiting', reason = NULL, detail = ''"
            " WHERE state = 'skipped' AND reason = 'no_text'"
        )
        return True
