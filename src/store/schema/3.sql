-- Letters in depth: people, their words, and what became of letters. Times are UTC seconds.

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

-- How often the last answer to a letter came in a row: a full mailbox, a suspicion of spam, an unreadable word.
ALTER TABLE letter ADD COLUMN repeat TEXT NOT NULL DEFAULT '' CHECK (repeat IN ('', 'full', 'suspected', 'malformed'));
ALTER TABLE letter ADD COLUMN repeat_since INTEGER CHECK ((repeat_since IS NULL) = (repeat = '')); -- NULL: nothing repeats
ALTER TABLE letter ADD COLUMN repeat_count INTEGER NOT NULL DEFAULT 0 CHECK ((repeat_count = 0) = (repeat = ''));

CREATE INDEX letter_dead ON letter (recipient) WHERE state IN ('refused', 'bounced');

-- How far the sender's mailbox was read for returned letters (退信).
CREATE TABLE mailbox (
  name TEXT PRIMARY KEY,                         -- login, server and folder
  uidvalidity INTEGER NOT NULL,                  -- 0: never read; numbers are the server's (RFC 9051 §2.3.1.1)
  last_uid INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,                     -- in a row
  since INTEGER CHECK ((since IS NULL) = (failures = 0)), -- NULL: the last reading went well
  class TEXT NOT NULL CHECK ((class = '') = (failures = 0)),
  words TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a delivery report said about a letter, once each.
CREATE TABLE bounce (
  letter INTEGER NOT NULL REFERENCES letter,
  report TEXT NOT NULL CHECK (report <> ''),     -- hash of the report's bytes
  at INTEGER NOT NULL,                           -- when it was read
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)), -- 0: noted only
  code INTEGER,                                  -- NULL: it gives none
  enhanced TEXT NOT NULL,                        -- '': it gives none
  words TEXT NOT NULL,
  PRIMARY KEY (letter, report)
) STRICT, WITHOUT ROWID;
