-- Answers of those who were reminded. Times are UTC seconds.

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
