-- Pages of one type: as quick as pages of everything, however rare the type is.

-- For who sees all audiences of a collection.
CREATE INDEX added_by_kind ON added (collection, newest, kind, date_added, audience, seq, twin);

-- For everybody else: of each audience that says yes, and of nothing that he may not see.
CREATE INDEX added_by_audience_and_kind
    ON added (collection, newest, audience, kind, date_added, seq, twin);
