"""Schema of library.db: its tables and migrations.

The truth about the user's files as they were read: what they are, their passages, the passages'
words and embeddings. All of it can be made again from the files; collections and roots cannot and
are therefore also kept beside it (`collections`).
"""

_FIRST_KEYWORD_TABLES = (
    # The tokenizer splits at ASCII punctuation only; what it gets are stems.
    "CREATE VIRTUAL TABLE keywords USING fts5 (title, body, tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE keyword_terms USING fts5vocab (keywords, 'row')",
)
_KEYWORD_PLACES = "CREATE VIRTUAL TABLE keyword_places USING fts5vocab (keywords, 'instance')"

KEYWORD_TABLES = (*_FIRST_KEYWORD_TABLES, _KEYWORD_PLACES)
"""Of what they hold nothing is anywhere else but in the texts."""

FIRST_MIGRATION = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE collections (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
        path BLOB NOT NULL,
        display TEXT NOT NULL,
        UNIQUE (collection_id, path)
    ) STRICT
    """,
    # `reading` is set while a file is in the hands of a reader: a row that still has it at the
    # start was being read when the program died.
    """
    CREATE TABLE files (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        display TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'indexed', 'skipped')),
        sha256 TEXT,
        title TEXT NOT NULL DEFAULT '',
        passages INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        detail TEXT NOT NULL DEFAULT '',
        reading INTEGER NOT NULL DEFAULT 0,
        crashes INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX files_by_content ON files (sha256)",
    """
    CREATE TABLE members (
        root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
        file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
        PRIMARY KEY (root_id, file_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX members_by_file ON members (file_id)",
    # Ids are never given twice: an id that the vector index still holds must not come to mean
    # another passage. No cascade leads here: the words in `keywords` have to go along.
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        file_id INTEGER NOT NULL REFERENCES files,
        position INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        place TEXT NOT NULL,
        language TEXT NOT NULL,
        key BLOB NOT NULL,
        UNIQUE (file_id, position)
    ) STRICT
    """,
    "CREATE INDEX passages_by_language ON passages (language)",
    "CREATE INDEX passages_by_key ON passages (key)",
    # Texts lie apart: most questions touch many passages and read few texts.
    """
    CREATE TABLE texts (
        passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
        text TEXT NOT NULL
    ) STRICT
    """,
    *_FIRST_KEYWORD_TABLES,
    """
    CREATE TABLE embedders (
        id INTEGER PRIMARY KEY,
        identity TEXT NOT NULL UNIQUE,
        dimensions INTEGER NOT NULL
    ) STRICT
    """,
    # By content, not by passage: a text that comes back, or comes twice, is not embedded again.
    """
    CREATE TABLE embeddings (
        id INTEGER PRIMARY KEY,
        embedder_id INTEGER NOT NULL REFERENCES embedders ON DELETE CASCADE,
        key BLOB NOT NULL,
        vector BLOB NOT NULL,
        UNIQUE (embedder_id, key)
    ) STRICT
    """,
)

SECOND_MIGRATION = (
    # Bytes, as a path need not be text.
    "ALTER TABLE embedders ADD COLUMN folder BLOB",
    "ALTER TABLE embedders ADD COLUMN serves INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE embedders SET serves = 1 WHERE id = (
        SELECT embedder_id FROM embeddings GROUP BY embedder_id ORDER BY count(*) DESC LIMIT 1
    )
    """,
)
"""One embedder serves while another one's index is being built."""

THIRD_MIGRATION = (
    # A JSON list; empty when all of the file was read.
    "ALTER TABLE files ADD COLUMN unread TEXT NOT NULL DEFAULT ''",
    # The revision of the readers that read it; 0 has it read again, even if it has not changed.
    "ALTER TABLE files ADD COLUMN revision INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE passages ADD COLUMN navigation INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX files_in_part ON files (path) WHERE unread != ''",
)
"""A file may have been read in part, and what leads elsewhere is told from what says something."""

FOURTH_MIGRATION = (_KEYWORD_PLACES,)
"""Every word of every passage, by which a search counts in the collections it looks through."""

FIFTH_MIGRATION = (
    # As a question names the file, see `names`; empty until the words are made again.
    "ALTER TABLE files ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX files_by_name ON files (name)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    FIRST_MIGRATION,
    SECOND_MIGRATION,
    THIRD_MIGRATION,
    FOURTH_MIGRATION,
    FIFTH_MIGRATION,
)
"""The n-th leads to version n. Never changed once released, only added to."""
