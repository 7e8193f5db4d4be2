-- A 通报 from draft to signature, and the 整改项 of what it named. Times are UTC seconds, days are 2022-07-11.

CREATE TABLE bulletin (
  id INTEGER PRIMARY KEY,
  period TEXT NOT NULL CHECK (period <> ''),     -- 2022-06, 2022-Q2
  profile TEXT NOT NULL CHECK (profile <> ''),
  version INTEGER NOT NULL CHECK (version >= 1), -- 1; every 更正 has one more
  UNIQUE (period, profile, version)
) STRICT;

-- What became of it; the last row holds.
CREATE TABLE bulletin_step (
  bulletin INTEGER NOT NULL REFERENCES bulletin,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  stage TEXT NOT NULL CHECK (stage IN ('draft', 'review', 'submitted', 'issued')),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  note TEXT NOT NULL,                            -- why it was sent back, what is corrected; '': nothing to say
  reply_by TEXT CHECK ((reply_by IS NOT NULL) = (stage = 'review')), -- last day for answers; NULL: asks for none
  PRIMARY KEY (bulletin, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX bulletin_issued_once ON bulletin_step (bulletin) WHERE stage = 'issued';

-- The paper as it was submitted or issued: a report and the hash of its bytes.
CREATE TABLE bulletin_paper (
  bulletin INTEGER NOT NULL REFERENCES bulletin,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('circular', 'evidence')),
  json TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  PRIMARY KEY (bulletin, seq, kind),
  FOREIGN KEY (bulletin, seq) REFERENCES bulletin_step
) STRICT, WITHOUT ROWID;

CREATE TABLE bulletin_issue (
  bulletin INTEGER PRIMARY KEY REFERENCES bulletin,
  number TEXT NOT NULL,                          -- '': the paper bears none
  dated TEXT NOT NULL,
  unclear TEXT NOT NULL                          -- why it was issued with 无法判定; '': there was none
) STRICT;
CREATE UNIQUE INDEX bulletin_by_number ON bulletin_issue (number) WHERE number <> '';

-- What an issued paper rests on. A verdict's proof stands in its own row, which nothing changes.
CREATE TABLE bulletin_verdict (
  bulletin INTEGER NOT NULL REFERENCES bulletin,
  verdict INTEGER NOT NULL REFERENCES verdict,
  outcome TEXT NOT NULL CHECK (outcome IN ('missed', 'fine', 'unclear', 'exempt')),
  PRIMARY KEY (bulletin, verdict)
) STRICT, WITHOUT ROWID;

-- What an office answered to its 核对稿.
CREATE TABLE review_answer (
  id INTEGER PRIMARY KEY,
  bulletin INTEGER NOT NULL REFERENCES bulletin,
  office TEXT NOT NULL CHECK (office <> ''),
  account INTEGER REFERENCES account,            -- NULL: every account of the office
  word TEXT NOT NULL CHECK (word IN ('agreed', 'objects', 'repaired')),
  reason TEXT NOT NULL CHECK (word = 'agreed' OR reason <> ''),
  said_by TEXT NOT NULL CHECK (said_by <> ''),   -- who of the office
  on_d TEXT NOT NULL,
  by TEXT NOT NULL CHECK (by <> ''),             -- who wrote it down
  at INTEGER NOT NULL,
  CHECK (word = 'agreed' OR account IS NOT NULL)
) STRICT;
CREATE INDEX review_answer_of ON review_answer (bulletin, office);
CREATE INDEX review_answer_about ON review_answer (account) WHERE word = 'objects';

-- How an objection (争议) was settled, once.
CREATE TABLE review_ruling (
  answer INTEGER PRIMARY KEY REFERENCES review_answer,
  outcome TEXT NOT NULL CHECK (outcome IN ('false', 'kept')),
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL
) STRICT;

-- One problem that an issued paper named (整改项); a 更正 opens none a second time.
CREATE TABLE repair (
  id INTEGER PRIMARY KEY,
  bulletin INTEGER NOT NULL REFERENCES bulletin, -- the first that named it
  period TEXT NOT NULL,
  profile TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES account,
  rule TEXT NOT NULL,
  name TEXT NOT NULL,                            -- account, platform, office and problem as the paper printed them
  platform TEXT NOT NULL,
  office TEXT NOT NULL,
  problem TEXT NOT NULL,
  seen TEXT NOT NULL,                            -- where and what was counted, for people
  checked_at INTEGER NOT NULL,                   -- the last check that found it
  dated TEXT NOT NULL,
  due TEXT NOT NULL CHECK (due >= dated),        -- last day for the feedback
  UNIQUE (period, profile, account, rule)
) STRICT;
CREATE INDEX repair_by_bulletin ON repair (bulletin);

-- What became of it; only ever added to.
CREATE TABLE repair_event (
  repair INTEGER NOT NULL REFERENCES repair,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('answer', 'extend', 'repaired', 'unrepaired', 'withdrawn')),
  text TEXT NOT NULL CHECK (text <> '' OR kind IN ('repaired', 'unrepaired')),
  said_by TEXT NOT NULL CHECK (said_by <> '' OR kind <> 'answer'), -- who of the office
  on_d TEXT NOT NULL,                            -- of the feedback, of the review; the new last day of an extension
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  PRIMARY KEY (repair, seq)
) STRICT, WITHOUT ROWID;
