-- What owners recalled, and what is kept aside.

-- Recalls in force here: what they name is refused when it comes again. object, content: keyed
-- hashes, so that nothing here tells what is gone. up_to: sortable text of the last version
-- recalled, empty where a content is named. owner: whose copies.
CREATE TABLE recalled (
    recall  TEXT PRIMARY KEY,
    object  BLOB NOT NULL,
    owner   INTEGER NOT NULL,
    up_to   TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What was not admitted. digest, named: keyed hashes of the bytes and of the id that they name.
-- content: where the bytes stand. code: why, in one word.
CREATE TABLE aside (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    source  TEXT NOT NULL,
    digest  BLOB NOT NULL,
    named   BLOB NOT NULL,
    code    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    content INTEGER NOT NULL,
    UNIQUE (source, digest)
) STRICT;

CREATE INDEX aside_named ON aside (named);

-- Id, reason and bytes of what is kept aside. Rows are only ever added at the end and overwritten
-- with zeros where they stand: moved about, they would leave traces in the pages.
CREATE TABLE aside_content (
    n     INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- How much is kept aside of each source, and how much was pushed out because its share was full.
CREATE TABLE aside_source (
    source TEXT PRIMARY KEY,
    held   INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    pushed INTEGER NOT NULL,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DELETE FROM record WHERE kind = 'quarantine';
