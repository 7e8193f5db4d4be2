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

-- Our own troubles as the operator's channels tell them, one row a cause.
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY,
  cause TEXT NOT NULL CHECK (cause <> ''),
  mark INTEGER NOT NULL,                         -- the newest thing in it; when it grows, a round begins anew
  round INTEGER NOT NULL CHECK (round >= 1),
  round_from INTEGER NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0,              -- 0: it lasts
  subject TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX alarm_lasts ON alarm (cause) WHERE ended = 0;

-- One message of an alarm to one channel.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY,
  alarm INTEGER NOT NULL REFERENCES alarm,
  channel TEXT NOT NULL CHECK (channel IN ('wecom', 'dingtalk', 'feishu', 'mail')),
  round INTEGER NOT NULL,
  stage INTEGER NOT NULL CHECK (stage >= -1),    -- hours after the round began; -1: it is over
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'overtaken')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL,
  at INTEGER NOT NULL,
  sent_at INTEGER,                               -- NULL: no robot has said that it has it
  class TEXT NOT NULL DEFAULT '',
  code INTEGER,                                  -- NULL: no readable answer
  words TEXT NOT NULL DEFAULT '',
  CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
  UNIQUE (alarm, channel, round, stage)
) STRICT;
CREATE INDEX notice_due ON notice (channel, next_try) WHERE state = 'queued';

-- How each robot answered last, and until when it is left alone.
CREATE TABLE robot (
  name TEXT PRIMARY KEY,
  tried_at INTEGER NOT NULL,
  rest_until INTEGER NOT NULL,                   -- 0: it may be asked
  class TEXT NOT NULL,                           -- '': the last message was taken
  code INTEGER,                                  -- NULL: no readable answer
  words TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Somebody asks for quiet, says why and until when.
CREATE TABLE silence (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL CHECK (scope IN ('account', 'office', 'source')),
  account INTEGER REFERENCES account ON DELETE CASCADE CHECK ((account IS NOT NULL) = (scope = 'account')), -- NULL: an office or a source
  name TEXT NOT NULL CHECK (name <> ''),         -- of the office or the source; of the account for people to read
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > at),
  until_recovered INTEGER NOT NULL CHECK (until_recovered IN (0, 1)),
  ended_at INTEGER,                              -- NULL: it lasts until its time
  ended_by TEXT CHECK ((ended_by IS NULL) = (ended_at IS NULL)) -- NULL: it lasts until its time
) STRICT;

-- What a silence has kept from being said, once each.
CREATE TABLE hushed (
  silence INTEGER NOT NULL REFERENCES silence ON DELETE CASCADE,
  key TEXT NOT NULL,
  account INTEGER REFERENCES account ON DELETE CASCADE, -- NULL: an alarm about a source
  what TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (silence, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hushed_by_account ON hushed (account, at) WHERE account IS NOT NULL;

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
