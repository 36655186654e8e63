-- The trail: who did what when. Each row is a text that is never changed; what is looked for is
-- read out of it, so that nothing stands beside it that could say something else. Rows that were
-- retired are gone; their hashes stay.
CREATE TABLE trail (
    n    INTEGER PRIMARY KEY,
    row  TEXT NOT NULL,
    kind TEXT AS (row ->> '$.tells.kind') VIRTUAL,
    by   TEXT AS (row ->> '$.tells.by') VIRTUAL
) STRICT;

CREATE INDEX trail_by_kind ON trail (kind, n);
CREATE INDEX trail_by_actor ON trail (by, n);

-- The hashes of all complete subtrees of the trail: 2^level rows from at * 2^level on.
CREATE TABLE trail_hash (
    level INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (level, at)
) STRICT, WITHOUT ROWID;

-- Which rows tell of an object, by the keyed hash that stands in them. object: its key, if it was
-- held; its id stands nowhere here, so that erasing the object erases it.
CREATE TABLE trail_about (
    about  TEXT NOT NULL,
    n      INTEGER NOT NULL,
    object INTEGER,
    PRIMARY KEY (about, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX trail_about_by_row ON trail_about (n);
