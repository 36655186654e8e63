-- The log and what a commit writes beside it. Projections live in a file of their own.

-- Facts about the store: its lineage (new after every restore), its place (what the node passed on
-- when it ran last).
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who answers for copies of objects.
CREATE TABLE holder (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Interned policy expressions: what an object's marking says, never a list of viewers.
CREATE TABLE audience (
    id     INTEGER PRIMARY KEY,
    policy TEXT NOT NULL UNIQUE
) STRICT;

-- Types of objects, by version of the specification.
CREATE TABLE kind (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- clock: the greatest date_added ever allotted in the collection.
CREATE TABLE collection (
    id    INTEGER PRIMARY KEY,
    uuid  TEXT NOT NULL UNIQUE,
    kind  TEXT NOT NULL UNIQUE,
    clock INTEGER NOT NULL
) STRICT;

-- One row for each holder's copy of an object. newest: the sequence of its newest version.
-- twin: other holders hold the same cyber-observable, or several audiences share this definition.
CREATE TABLE object (
    key        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL,
    holder     INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    newest     INTEGER NOT NULL,
    twin       INTEGER NOT NULL,
    UNIQUE (id, holder)
) STRICT;

-- The log: one row for each version stored. version: sortable text of the instant, empty for what
-- has none. own: what its markings say. audience: own, bound by its ends and, for an older version,
-- by the newest. flags: see row.rs.
CREATE TABLE version (
    seq      INTEGER PRIMARY KEY,
    object   INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    version  TEXT NOT NULL,
    own      INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    added    INTEGER NOT NULL,
    received INTEGER NOT NULL,
    flags    INTEGER NOT NULL
) STRICT;

-- The bytes as received, here and nowhere else.
CREATE TABLE payload (
    seq   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Versions that were replaced, and that nobody sees any more.
CREATE TABLE dropped (
    object INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (object, seq)
) STRICT, WITHOUT ROWID;

-- Versions to be erased as soon as the projections no longer need their bytes to forget them.
CREATE TABLE erasing (
    seq    INTEGER PRIMARY KEY,
    object INTEGER NOT NULL
) STRICT;

-- Versions of an object that are not its newest.
CREATE TABLE older (
    object  INTEGER NOT NULL,
    version TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (object, version)
) STRICT, WITHOUT ROWID;

-- What readers page through: since when a version is visible to an audience in a collection.
CREATE TABLE added (
    collection INTEGER NOT NULL,
    newest     INTEGER NOT NULL,
    audience   INTEGER NOT NULL,
    date_added INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    twin       INTEGER NOT NULL,
    PRIMARY KEY (collection, newest, audience, date_added)
) STRICT, WITHOUT ROWID;

-- For who sees all audiences of a collection: one stream instead of one for each.
CREATE INDEX added_by_date ON added (collection, newest, date_added, audience, seq, kind, twin);

-- Marking definitions, by the object that carries them.
CREATE TABLE definition (
    object INTEGER PRIMARY KEY,
    seq    INTEGER NOT NULL
) STRICT;

-- The audiences to which a definition goes because an object of theirs refers to it.
CREATE TABLE escort (
    definition INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    audience   INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    PRIMARY KEY (definition, collection, audience)
) STRICT, WITHOUT ROWID;

-- Versions closed by a marking whose definition is not held yet.
CREATE TABLE awaiting (
    definition TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (definition, seq)
) STRICT, WITHOUT ROWID;

-- Versions whose visibility is bound by that of another object.
CREATE TABLE bound (
    target TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (target, seq)
) STRICT, WITHOUT ROWID;

-- Changes without a new version, for the projections to follow.
CREATE TABLE changed (
    n      INTEGER PRIMARY KEY AUTOINCREMENT,
    object INTEGER NOT NULL
) STRICT;

-- An owner signed two objects as one version.
CREATE TABLE alarm (
    n       INTEGER PRIMARY KEY,
    id      TEXT NOT NULL,
    holder  INTEGER NOT NULL,
    version TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- Node-local records.
CREATE TABLE record (
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
