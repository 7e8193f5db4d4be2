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

-- The link of a letter under which it can be answered. What signs it is no part of the database.
CREATE TABLE answer_link (
  letter INTEGER PRIMARY KEY REFERENCES letter,
  made_at INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > made_at),
  revoked_at INTEGER,                            -- NULL: it holds until it expires
  revoked_by TEXT CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)) -- NULL: nobody has revoked it
) STRICT;

-- What somebody answered about one account of a letter. Only its state changes.
CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  letter INTEGER NOT NULL REFERENCES letter,
  account INTEGER NOT NULL REFERENCES account,
  word TEXT NOT NULL CHECK (word IN ('known', 'posted', 'closed')),
  way TEXT NOT NULL CHECK (way IN ('link', 'clerk')),
  by TEXT NOT NULL CHECK (by <> ''),             -- the recipient's address, or the clerk who wrote it down
  from_address TEXT NOT NULL CHECK (way = 'link' OR from_address = ''), -- of the network; '': not by link
  at INTEGER NOT NULL,
  url TEXT NOT NULL,                             -- evidence that somebody must look at; '': none
  note TEXT NOT NULL,
  proves INTEGER NOT NULL CHECK (proves IN (0, 1)), -- the letter has reached its address
  state TEXT NOT NULL CHECK (state IN ('noted', 'looking', 'found', 'open', 'replaced', 'settled')),
  settled_at INTEGER CHECK ((settled_at IS NOT NULL) = (state = 'settled')), -- NULL: nobody has settled it
  settled_by TEXT CHECK ((settled_by IS NULL) = (settled_at IS NULL)), -- NULL: nobody has settled it
  settled_note TEXT NOT NULL DEFAULT '',
  CHECK (word <> 'known' OR state = 'noted'),
  CHECK (word <> 'closed' OR state NOT IN ('noted', 'looking', 'found')),
  CHECK (word <> 'posted' OR state <> 'noted')
) STRICT;
CREATE INDEX answer_by_letter ON answer (letter);
CREATE INDEX answer_by_account ON answer (account, at);
CREATE INDEX answer_waits ON answer (state) WHERE state IN ('looking', 'open');

-- Up to when the data of a reminder went; what is found later to lie before it may withdraw the letter.
ALTER TABLE mention ADD COLUMN known_until INTEGER; -- NULL: nothing was asserted (请核对), or kept by an older version
CREATE INDEX mention_known ON mention (known_until) WHERE known_until IS NOT NULL;

-- What a weekly summary called 待数据; it is followed up once, when all of it is decided (续报).
CREATE TABLE awaited (
  nominal INTEGER NOT NULL,                      -- of the check
  held_at INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),   -- of the summary
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  rule TEXT NOT NULL,
  told_at INTEGER,                               -- NULL: not followed up yet
  PRIMARY KEY (nominal, account, rule)
) STRICT, WITHOUT ROWID;

-- A reminder that is also posted to the group of its office; it counts for nothing but itself.
CREATE TABLE group_note (
  id INTEGER PRIMARY KEY,
  robot TEXT NOT NULL CHECK (robot IN ('wecom', 'dingtalk', 'feishu')),
  letter INTEGER NOT NULL REFERENCES letter,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'overtaken')),
  next_try INTEGER NOT NULL,
  at INTEGER NOT NULL,                           -- of the letter's fresh look
  attempts INTEGER NOT NULL DEFAULT 0,
  text TEXT NOT NULL DEFAULT '',                 -- as posted last
  words TEXT NOT NULL DEFAULT '',                -- of the robot, or why it was not posted
  UNIQUE (robot, letter)
) STRICT;
CREATE INDEX group_note_due ON group_note (robot, next_try) WHERE state = 'queued';
CREATE TABLE group_mention (
  note INTEGER NOT NULL REFERENCES group_note,
  robot TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES account,
  rule TEXT NOT NULL,
  anchor TEXT NOT NULL,
  stage TEXT NOT NULL,
  UNIQUE (robot, account, rule, anchor, stage)
) STRICT;
CREATE INDEX group_mention_by_note ON group_mention (note);

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
