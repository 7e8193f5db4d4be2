-- Sources in depth. Times are UTC seconds.

-- A trouble is a source's as a whole, or one account's with it.
ALTER TABLE incident ADD COLUMN account INTEGER NOT NULL DEFAULT 0; -- 0: the source as a whole
DROP INDEX incident_lasts;
CREATE UNIQUE INDEX incident_lasts ON incident (source, account) WHERE ended = 0;

-- What a credential said when it was last tried; `key` is '' where one serves every account.
CREATE TABLE credential (
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  expires INTEGER,                               -- NULL: it does not say
  told INTEGER NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND 9), -- warnings sent about this end
  PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- A source that fails as a whole is left alone for a while; kept, so that a restart presses nobody.
CREATE TABLE breaker (
  source TEXT PRIMARY KEY,
  row INTEGER NOT NULL CHECK (row >= 0),         -- failures in a row
  trips INTEGER NOT NULL CHECK (trips >= 0),     -- rests in a row
  class TEXT,                                    -- NULL: it does not rest
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  advice TEXT NOT NULL,
  until_s INTEGER CHECK ((until_s IS NULL) = (class IS NULL))
) STRICT, WITHOUT ROWID;

-- Contents of inbox files that were read, so that none is read twice.
CREATE TABLE inbox_file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- A signed row of a check sheet: so many updates in the week, the last of them then.
CREATE TABLE tally (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > from_s),
  updates INTEGER NOT NULL CHECK (updates >= 0),
  by TEXT NOT NULL CHECK (by <> ''),
  looked_at INTEGER NOT NULL,
  at INTEGER NOT NULL CHECK (at >= looked_at),   -- nobody has looked in the future
  attestation INTEGER NOT NULL REFERENCES attestation,
  replaced_at INTEGER                            -- NULL: it stands
) STRICT;
CREATE UNIQUE INDEX tally_stands ON tally (account, from_s) WHERE replaced_at IS NULL;

-- The sheet row that counted a post whose identity nobody wrote down.
ALTER TABLE post ADD COLUMN tally INTEGER REFERENCES tally; -- NULL: somebody showed or named it
CREATE INDEX post_by_tally ON post (tally) WHERE tally IS NOT NULL;
