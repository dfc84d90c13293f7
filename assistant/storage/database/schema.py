"""Schema of chats.db, version by version, and its migrations.

Times are microseconds since 1970 in UTC. `active_root` and `active_child` name the branch in
use: a message keeps the child last used below it, so that going back to an older version of a
message brings back what followed it. Messages that are removed wait in `removed`, as JSON, so that
`messages` holds only what can be read.

`undo` holds what was before each change. The word indexes read their texts through views:
`message_texts` adds a column of marks, by which a search leaps over what it is not about.

Each migration is one transaction together with its record.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

APPLICATION_ID = 0x41434854
"""Tells this file from other programs' SQLite databases."""

FIRST = (
    """
    CREATE TABLE migrations (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        applied INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE conversations (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        title_key TEXT NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        system_prompt TEXT NOT NULL,
        prompt_name TEXT,
        model TEXT,
        draft TEXT NOT NULL DEFAULT '',
        drafter TEXT,
        deleted INTEGER,
        messages INTEGER NOT NULL DEFAULT 0,
        active_root TEXT
    ) STRICT
    """,
    """
    CREATE INDEX conversations_listed ON conversations (updated DESC, number DESC)
    WHERE deleted IS NULL AND (messages > 0 OR draft <> '')
    """,
    """
    CREATE INDEX conversations_trashed ON conversations (deleted)
    WHERE deleted IS NOT NULL
    """,
    """
    CREATE INDEX conversations_unsent ON conversations (updated DESC, number DESC)
    WHERE messages = 0 AND draft <> '' AND deleted IS NULL
    """,
    """
    CREATE INDEX conversations_empty ON conversations (updated)
    WHERE messages = 0 AND draft = ''
    """,
    """
    CREATE TABLE messages (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        conversation TEXT NOT NULL REFERENCES conversations (id),
        parent TEXT,
        version INTEGER NOT NULL,
        active_child TEXT,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        created INTEGER NOT NULL,
        writer TEXT,
        model TEXT,
        sampling TEXT,
        stop_reason TEXT,
        usage TEXT,
        timings TEXT,
        error TEXT,
        sent TEXT,
        citations TEXT
    ) STRICT
    """,
    "CREATE INDEX messages_siblings ON messages (conversation, parent, role, number)",
    "CREATE INDEX messages_streaming ON messages (writer) WHERE state = 'streaming'",
    """
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        message TEXT NOT NULL REFERENCES messages (id),
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX journal_message ON journal (message)",
    "CREATE TABLE changes (number INTEGER NOT NULL) STRICT",
    "INSERT INTO changes (number) VALUES (0)",
    """
    CREATE VIRTUAL TABLE message_words USING fts5 (
        text, content = 'messages', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
)

FILES = (
    "ALTER TABLE conversations ADD COLUMN collections TEXT",
    "ALTER TABLE messages ADD COLUMN attached TEXT",
    """
    CREATE TABLE retrievals (
        message TEXT PRIMARY KEY REFERENCES messages (id),
        retrieval TEXT NOT NULL
    ) STRICT
    """,
)
"""Which files a conversation is about, which go with a question, and what was found in them."""

PROMPTS = (
    "ALTER TABLE conversations ADD COLUMN examples TEXT",
    "ALTER TABLE conversations ADD COLUMN sampling TEXT",
)
"""What a prompt brings along beside its text."""

ORGANISED = (
    "ALTER TABLE conversations ADD COLUMN overflow TEXT",
    "ALTER TABLE conversations ADD COLUMN pinned INTEGER",
    "ALTER TABLE conversations ADD COLUMN archived INTEGER",
    "ALTER TABLE conversations ADD COLUMN folder TEXT",
    "ALTER TABLE conversations ADD COLUMN folder_key TEXT",
    "ALTER TABLE conversations ADD COLUMN forked_from TEXT",
    "ALTER TABLE conversations ADD COLUMN forked_at TEXT",
    "ALTER TABLE messages ADD COLUMN rating TEXT",
    "ALTER TABLE messages ADD COLUMN note TEXT",
    "DROP INDEX conversations_listed",
    """
    CREATE INDEX conversations_listed ON conversations (updated DESC, number DESC)
    WHERE deleted IS NULL AND archived IS NULL AND (messages > 0 OR draft <> '')
    """,
    """
    CREATE INDEX conversations_pinned ON conversations (updated DESC, number DESC)
    WHERE pinned IS NOT NULL
    """,
    """
    CREATE INDEX conversations_archived ON conversations (updated DESC, number DESC)
    WHERE archived IS NOT NULL
    """,
    """
    CREATE INDEX conversations_foldered ON conversations (folder_key, updated DESC, number DESC)
    WHERE folder IS NOT NULL
    """,
    """
    CREATE INDEX conversations_forked ON conversations (forked_from)
    WHERE forked_from IS NOT NULL
    """,
    """
    CREATE TABLE tags (
        conversation TEXT NOT NULL REFERENCES conversations (id),
        key TEXT NOT NULL,
        tag TEXT NOT NULL,
        PRIMARY KEY (conversation, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX tags_key ON tags (key)",
    """
    CREATE TABLE removed (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        conversation TEXT NOT NULL REFERENCES conversations (id),
        branch TEXT NOT NULL,
        removed INTEGER NOT NULL,
        message TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX removed_branch ON removed (branch, number)",
    "CREATE INDEX removed_conversation ON removed (conversation)",
    """
    CREATE TABLE undo (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        changed INTEGER NOT NULL,
        kind TEXT NOT NULL,
        conversation TEXT NOT NULL REFERENCES conversations (id),
        message TEXT,
        before TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX undo_conversation ON undo (conversation, number)",
    "DROP TABLE message_words",
    """
    CREATE VIEW message_texts AS
    SELECT number, text,
           role || ' c' || conversation
           || strftime(' y%Y m%Y%m', created / 1000000, 'unixepoch') AS marks
    FROM messages
    """,
    """
    CREATE VIRTUAL TABLE message_words USING fts5 (
        text, marks, content = 'message_texts', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    )
    """,
    """
    CREATE VIEW conversation_texts AS
    SELECT number, title, system_prompt AS prompt FROM conversations
    """,
    """
    CREATE VIRTUAL TABLE conversation_words USING fts5 (
        title, prompt, content = 'conversation_texts', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    )
    """,
    "INSERT INTO message_words (message_words) VALUES ('rebuild')",
    "INSERT INTO conversation_words (conversation_words) VALUES ('rebuild')",
)
"""Pins, tags, folders, the archive, ratings, forks, undo, and words of titles and prompts."""

COURSE = (
    "ALTER TABLE messages ADD COLUMN marks TEXT",
    "ALTER TABLE messages ADD COLUMN prompt TEXT",
)
"""What was changed after a message, and under which prompt a question was asked."""

WINDOW = (
    "ALTER TABLE conversations ADD COLUMN titled TEXT",
    "ALTER TABLE messages ADD COLUMN placing TEXT",
    "ALTER TABLE messages ADD COLUMN summary TEXT",
    "ALTER TABLE messages ADD COLUMN outgrown TEXT",
)
"""Turns that are pinned or excluded, summaries beside what they are of, and whose titles are."""

REASONING = ("ALTER TABLE messages ADD COLUMN reasoning TEXT",)
"""What a model thought before an answer."""

ADAPTERS = (
    "ALTER TABLE conversations ADD COLUMN adapters TEXT",
    "ALTER TABLE messages ADD COLUMN adapters TEXT",
)
"""What the model of a conversation is run with, and what that of an answer was."""

READ_SECTIONS = (
    """
    CREATE TABLE section_summaries (
        conversation TEXT NOT NULL REFERENCES conversations (id),
        key TEXT NOT NULL,
        summary TEXT NOT NULL,
        PRIMARY KEY (conversation, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX section_summaries_key ON section_summaries (key)",
)
"""What sections of documents say, so that none is read twice."""

EDITED = ("ALTER TABLE messages ADD COLUMN edited INTEGER",)
"""Whether the user has changed the text of an answer."""


@dataclass(frozen=True)
class Migration:
    """The step to the version after the one before it."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration("conversations and messages", FIRST),
    Migration("files of a conversation", FILES),
    Migration("examples and sampling of a conversation", PROMPTS),
    Migration("order, undo and search of conversations", ORGANISED),
    Migration("changes of course in a conversation", COURSE),
    Migration("turns and summaries in the window", WINDOW),
    Migration("what models think", REASONING),
    Migration("adapters of models", ADAPTERS),
    Migration("sections of documents that were read", READ_SECTIONS),
    Migration("answers that were edited", EDITED),
)
"""The n-th leads to version n. Never changed once released, only added to."""


def version_of(connection: sqlite3.Connection) -> int:
    """Version of the database's schema."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(
    connection: sqlite3.Connection,
    now: int,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Migrate the database to the newest version, one step at a time.

    Each step looks at the version only after it has the write lock, so two processes that
    migrate at once do every step once.

    Args:
        now: microseconds since 1970, for the record.

    Raises:
        sqlite3.Error: a step failed; the database is as it was before that step.
    """
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = version_of(connection)
            if version >= len(migrations):
                return
            step = migrations[version]
            for statement in step.statements:
                connection.execute(statement)
            connection.execute(
                "INSERT INTO migrations (version, name, applied) VALUES (?, ?, ?)",
                (version + 1, step.name, now),
            )
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
