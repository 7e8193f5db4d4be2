-- Tables of a 通报 that come from elsewhere (附表); one of each form and name in a period.
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  period TEXT NOT NULL CHECK (period <> ''),     -- 2022-06, 2022-Q2
  form TEXT NOT NULL CHECK (form <> ''),         -- the form's English word
  name TEXT NOT NULL,                            -- which of several; '': the only one
  place INTEGER NOT NULL,                        -- among those of its form
  title TEXT,                                    -- NULL: the form's
  headings TEXT NOT NULL,                        -- JSON: {heading of the form: heading of the file}
  note TEXT,                                     -- NULL: the form's
  as_printed INTEGER NOT NULL CHECK (as_printed IN (0, 1)), -- 1: computed cells and order are the file's
  file TEXT NOT NULL,
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  UNIQUE (period, form, name)
) STRICT;
CREATE TABLE attachment_row (
  attachment INTEGER NOT NULL REFERENCES attachment ON DELETE CASCADE,
  seq INTEGER NOT NULL CHECK (seq >= 1),         -- as in the file
  cells TEXT NOT NULL,                           -- JSON: {heading of the form: text}, blank ones left out
  PRIMARY KEY (attachment, seq)
) STRICT, WITHOUT ROWID;
