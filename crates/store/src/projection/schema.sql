-- What follows the log. Can be dropped at any time: it is built again from the log.

-- How far the log was followed, and by which extractors. witness: when the last sequence followed
-- was received, so that another log is not taken for the one that was followed.
CREATE TABLE followed (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    lineage    TEXT NOT NULL,
    extractors TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    witness    INTEGER NOT NULL,
    change     INTEGER NOT NULL
) STRICT;

-- What stands in the tables below for an object. rows: [term, sort] of its rows in listing. place:
-- of its leaf, if it has one.
CREATE TABLE projected (
    object   INTEGER PRIMARY KEY,
    seq      INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    added    INTEGER NOT NULL,
    rows     TEXT NOT NULL,
    place    INTEGER
) STRICT;

-- Proofs: the leaf of each signed object. audience: negative for what depends on other objects.
-- bucket: the first two digits of its place.
CREATE TABLE leaf (
    audience INTEGER NOT NULL,
    bucket   INTEGER NOT NULL,
    object   INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    leaf     BLOB NOT NULL,
    PRIMARY KEY (audience, bucket, object)
) STRICT, WITHOUT ROWID;

-- How many leaves there are under a prefix of two digits at most, and their sum.
CREATE TABLE branch (
    audience INTEGER NOT NULL,
    depth    INTEGER NOT NULL,
    prefix   INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    sum      BLOB NOT NULL,
    PRIMARY KEY (audience, depth, prefix)
) STRICT, WITHOUT ROWID;

-- A value of a facet of a list. An empty facet stands for all rows of the list, in their order; the
-- facet '+added' for all rows in the order in which they became visible; an empty list for all
-- objects.
CREATE TABLE term (
    id    INTEGER PRIMARY KEY,
    list  TEXT NOT NULL,
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (list, facet, value)
) STRICT;

-- The rows of each term, for each audience in the order of the list. terms: all terms of the row,
-- so that further filters need no look-up.
CREATE TABLE listing (
    term     INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    sort     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    terms    BLOB NOT NULL,
    PRIMARY KEY (term, audience, sort, seq)
) STRICT, WITHOUT ROWID;

-- How many rows a term has for each audience: summed over what a viewer may see.
CREATE TABLE tally (
    term     INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    PRIMARY KEY (term, audience)
) STRICT, WITHOUT ROWID;

-- Who refers to whom, by which property.
CREATE TABLE reference (
    target   TEXT NOT NULL,
    audience INTEGER NOT NULL,
    source   INTEGER NOT NULL,
    path     TEXT NOT NULL,
    PRIMARY KEY (target, audience, source, path)
) STRICT, WITHOUT ROWID;

-- The rowid is (audience << 40 | seq): one audience's documents lie together, so that search joins
-- the audience before anything else. No text is kept, no sizes for a corpus-wide score.
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
