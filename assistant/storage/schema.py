"""The tables of chats.db, version by version.

Times are microseconds since 1970 in UTC. `active_root` and `active_child` name the branch in
use: a message keeps the child last used below it, so that going back to an older version of a
message brings back what followed it. Messages leave only together with their conversation.
"""

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
