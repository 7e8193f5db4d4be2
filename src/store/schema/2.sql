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

-- A person of an office in one role (联系人); the mail columns of the list stay in `contact`.
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL CHECK (office <> ''),
  account INTEGER REFERENCES account ON DELETE CASCADE, -- NULL: serves every account of the office
  name TEXT NOT NULL CHECK (name <> ''),
  role TEXT NOT NULL CHECK (role IN ('operator', 'leader', 'supervisor', 'clerk')),
  shift TEXT NOT NULL CHECK (shift IN ('', 'A', 'B')),
  post TEXT NOT NULL,
  mobile TEXT NOT NULL,
  landline TEXT NOT NULL,
  emails TEXT NOT NULL,                          -- joined by ';'
  qq TEXT NOT NULL,
  from_d TEXT,                                   -- NULL: always
  to_d TEXT CHECK (to_d >= from_d),              -- last day; NULL: until further notice
  successor INTEGER REFERENCES person            -- NULL: nobody took over
) STRICT;

-- Who has switched between 试运行 and 正式; the last row holds, as far as the configuration permits.
CREATE TABLE mode_switch (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('trial', 'live')),
  by TEXT NOT NULL CHECK (by <> '')
) STRICT;

-- What a named person has decided about a missed verdict (核实); the last row of a finding holds.
CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  profile TEXT NOT NULL,
  rule TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL,
  verdict INTEGER NOT NULL REFERENCES verdict,   -- the revision that was decided on
  decision TEXT NOT NULL CHECK (decision IN ('confirmed', 'false')),
  reason TEXT NOT NULL CHECK (decision <> 'false' OR reason <> ''),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX finding_of ON finding (profile, account, rule, from_s, until_s, id);
