-- Who may come in by the pages. Times are UTC seconds; of every secret only its hash is kept.

CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  rank TEXT NOT NULL CHECK (rank IN ('admin', 'operator', 'reader')),
  password TEXT CHECK (password LIKE '$argon2id$%'), -- PHC string; NULL: has chosen none yet
  made_at INTEGER NOT NULL,
  disabled_at INTEGER                            -- NULL: may come in
) STRICT;

-- A link that can be used once to choose a name (the first administrator) or a password.
CREATE TABLE one_time_link (
  hash TEXT PRIMARY KEY,
  user INTEGER REFERENCES user,                  -- NULL: makes the first administrator
  made_at INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > made_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user,
  began INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > began),
  from_address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of ON session (user);

-- The link under which an office sees its own accounts and changes nothing.
CREATE TABLE office_link (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL CHECK (office <> ''),
  hash TEXT NOT NULL UNIQUE,
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL CHECK (made_by <> ''),
  revoked_at INTEGER,                            -- NULL: it holds
  revoked_by TEXT CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)) -- NULL: nobody has revoked it
) STRICT;
CREATE UNIQUE INDEX office_link_holds ON office_link (office) WHERE revoked_at IS NULL;

-- The audit trail is a chain: each entry's hash covers the one before it.
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''; -- '': older than the chain, whose first entry covers it
CREATE TRIGGER audit_stands BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
