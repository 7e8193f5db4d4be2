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

-- How a source as a whole is doing, so that a restart does not press a platform that refuses us.
CREATE TABLE lane (
  source TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,                     -- in a row, whatever the account
  rests INTEGER NOT NULL,                        -- in a row
  failed_runs INTEGER NOT NULL,                  -- of a collector, in a row
  rest_until INTEGER,                            -- NULL: nothing rests; the four below are '' then
  class TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  advice TEXT NOT NULL,
  CHECK ((rest_until IS NULL) = (class = ''))
) STRICT, WITHOUT ROWID;

-- Contents of inbox files that were read, so that none is read twice.
CREATE TABLE inbox_file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- A signed row of a check sheet: so many updates in the week that begins at from_s, the last of them then.
CREATE TABLE tally (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  from_s INTEGER NOT NULL,
  updates INTEGER NOT NULL CHECK (updates BETWEEN 0 AND 1000),
  unit TEXT NOT NULL CHECK (unit IN ('push', 'article', 'day')),
  last_exact TEXT CHECK (last_exact IN ('at', 'day')), -- NULL: nobody wrote it down
  last_s INTEGER CHECK ((last_s IS NULL) = (last_exact IS NULL)),
  by TEXT NOT NULL CHECK (by <> ''),
  looked_at INTEGER NOT NULL CHECK (looked_at > from_s),
  at INTEGER NOT NULL CHECK (at >= looked_at),   -- nobody has looked in the future
  attestation INTEGER NOT NULL UNIQUE REFERENCES attestation,
  ended_at INTEGER                               -- NULL: it stands; else it was replaced or withdrawn
) STRICT;
CREATE UNIQUE INDEX tally_stands ON tally (account, from_s) WHERE ended_at IS NULL;

-- A letter that an unseen attempt may have delivered: what is sent again says 可能重复.
ALTER TABLE letter ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0 CHECK (doubted IN (0, 1));

-- How many updates a letter said were seen; the next one tells what came since.
ALTER TABLE mention ADD COLUMN said INTEGER; -- NULL: not composed, or kept by an older version

-- A telephone call in place of a letter, or beside one that reached nobody of the office.
CREATE TABLE call (
  letter INTEGER NOT NULL REFERENCES letter,
  account INTEGER NOT NULL REFERENCES account,
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  note TEXT NOT NULL,
  entered_at INTEGER NOT NULL CHECK (entered_at >= at), -- nobody has called in the future
  PRIMARY KEY (letter, account)
) STRICT, WITHOUT ROWID;
