-- A problem that one 更正 takes back and a later one names again is owed again: a paper opens one 整改项 an
-- account and rule, a period may come to have several. A UNIQUE cannot be changed in place, so the table is
-- made anew; what points at its rows is looked at when all of them are there again.

PRAGMA defer_foreign_keys = ON;
CREATE TABLE repair_before AS SELECT * FROM repair;
DROP TABLE repair;

CREATE TABLE repair (
  id INTEGER PRIMARY KEY,
  bulletin INTEGER NOT NULL REFERENCES bulletin, -- the one that opened it
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
  UNIQUE (bulletin, account, rule)
) STRICT;
INSERT INTO repair (id, bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due)
  SELECT id, bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due FROM repair_before;
DROP TABLE repair_before;
CREATE INDEX repair_of ON repair (period, profile, account, rule);
