-- Answers of offices that were taken back or corrected, and 通报 that were thrown away before a signature.
-- Only ever added to.

-- When an account that is 已整改 was updated again; NULL: another answer, or one from before this step.
ALTER TABLE review_answer ADD COLUMN updated_at INTEGER CHECK (updated_at IS NULL OR word = 'repaired');

CREATE TABLE review_recall (
  answer INTEGER PRIMARY KEY REFERENCES review_answer,
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL,
  instead INTEGER UNIQUE REFERENCES review_answer CHECK (instead > answer) -- NULL: none stands in its place
) STRICT;

-- The version in `bulletin` keeps two people apart who begin at once; which 更正 it is is counted without these.
CREATE TABLE bulletin_discard (
  bulletin INTEGER PRIMARY KEY REFERENCES bulletin,
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL
) STRICT;

-- What is signed is never thrown away, and what is thrown away goes no step further.
CREATE TRIGGER bulletin_discard_unsigned BEFORE INSERT ON bulletin_discard
  WHEN EXISTS (SELECT 1 FROM bulletin_issue WHERE bulletin = NEW.bulletin) BEGIN
  SELECT RAISE(ABORT, 'a signed bulletin');
END;
CREATE TRIGGER bulletin_step_after_discard BEFORE INSERT ON bulletin_step
  WHEN EXISTS (SELECT 1 FROM bulletin_discard WHERE bulletin = NEW.bulletin) BEGIN
  SELECT RAISE(ABORT, 'a discarded bulletin');
END;

-- Where the evidence begins.
CREATE INDEX tally_in_time ON tally (from_s);
CREATE INDEX attestation_in_time ON attestation (from_s);
