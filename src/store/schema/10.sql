-- A letter that never left and whose accounts were all called about has an end of its own, 'phoned': no
-- server has it. A CHECK cannot be changed in place, so the table is made anew; what points at its rows
-- (mention, call, …) is looked at when all of them are there again.

PRAGMA defer_foreign_keys = ON;
CREATE TABLE letter_before AS SELECT * FROM letter;
DROP TABLE letter;

CREATE TABLE letter (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reminder', 'result', 'summary', 'digest', 'alarm', 'test')),
  recipient TEXT NOT NULL CHECK (recipient LIKE '%_@_%'),
  role TEXT NOT NULL CHECK (role IN ('operator', 'leader', 'supervisor', 'clerk')),
  slot INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER,                             -- NULL: never pointless
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,                            -- '': text only
  attachment_name TEXT NOT NULL,                 -- '': none
  attachment BLOB,                               -- NULL: none
  reason TEXT NOT NULL,
  trial INTEGER NOT NULL CHECK (trial IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'doubtful', 'held', 'sent', 'bounced', 'refused', 'overtaken', 'cancelled', 'phoned')),
  message_id TEXT NOT NULL UNIQUE,
  rfc822 BLOB,                                   -- NULL: not composed yet
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL,
  claimed_at INTEGER,                            -- NULL: never claimed
  dot_armed_at INTEGER,                          -- NULL: surely not delivered by this attempt
  sent_at INTEGER,                               -- NULL: not accepted by a server
  class TEXT NOT NULL DEFAULT '',
  reply_code INTEGER,                            -- NULL: no readable answer
  reply_text TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  doubted INTEGER NOT NULL DEFAULT 0 CHECK (doubted IN (0, 1)), -- 1: an unseen attempt may have delivered it
  repeat TEXT NOT NULL DEFAULT '' CHECK (repeat IN ('', 'full', 'suspected', 'malformed')),
  repeat_since INTEGER CHECK ((repeat_since IS NULL) = (repeat = '')), -- NULL: nothing repeats
  repeat_count INTEGER NOT NULL DEFAULT 0 CHECK ((repeat_count = 0) = (repeat = '')),
  CHECK ((state IN ('sent', 'bounced')) = (sent_at IS NOT NULL)),
  CHECK (state <> 'sending' OR claimed_at IS NOT NULL),
  CHECK (state <> 'phoned' OR kind = 'reminder'),
  UNIQUE (recipient, kind, slot)
) STRICT;
INSERT INTO letter (id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, attachment, reason, trial, state, message_id, rfc822, attempts, next_try, claimed_at, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count)
  SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, attachment, reason, trial, state, message_id, rfc822, attempts, next_try, claimed_at, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter_before;
DROP TABLE letter_before;

CREATE INDEX letter_due ON letter (next_try) WHERE state IN ('queued', 'doubtful');
CREATE INDEX letter_dead ON letter (recipient) WHERE state IN ('refused', 'bounced', 'phoned');
CREATE INDEX letter_reminder ON letter (slot, role, trial, state, class) WHERE kind = 'reminder';
CREATE INDEX letter_by_state ON letter (state, trial, class, not_before);
CREATE INDEX letter_claimed ON letter (claimed_at, state, class) WHERE claimed_at IS NOT NULL;
CREATE INDEX letter_sent ON letter (kind, sent_at, trial) WHERE state = 'sent';

-- Until now such a letter passed for accepted by a server, at the moment of the last call. One that may have
-- been delivered is in doubt, whoever was called.
UPDATE letter SET
    state = CASE WHEN class = 'doubtful' OR (class <> 'gone' AND doubted = 1) THEN 'held' WHEN doubted = 1 THEN 'refused' ELSE 'phoned' END,
    class = CASE WHEN doubted = 1 AND class <> 'gone' THEN 'doubtful' ELSE class END,
    reason = CASE WHEN class = 'doubtful' OR doubted = 1 THEN '上次发送时连接中断，可能已经送达；' || reason ELSE reason END,
    sent_at = NULL
  WHERE state = 'sent' AND kind = 'reminder' AND class <> 'accepted' AND reason LIKE '%电话通知'
    AND EXISTS (SELECT 1 FROM call c WHERE c.letter = letter.id AND c.at = letter.sent_at);
