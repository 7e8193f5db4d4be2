-- Every attempt to hand a letter over, of which the letter's own row has only the last.

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  letter INTEGER NOT NULL REFERENCES letter,
  at INTEGER NOT NULL,
  server TEXT NOT NULL,                          -- host:port or the folder; '': broken off by our own end
  class TEXT NOT NULL CHECK (class <> ''),
  code INTEGER,                                  -- NULL: no readable answer
  words TEXT NOT NULL,                           -- the server's, or ours where it gave none
  state TEXT NOT NULL CHECK (state <> '')        -- where the letter stood afterwards
) STRICT;
CREATE INDEX attempt_of ON attempt (letter);
