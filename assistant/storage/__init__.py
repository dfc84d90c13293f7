"""The user's conversations in SQLite: message tree, journal, full-text search, trash."""
