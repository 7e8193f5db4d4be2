-- A database of schema 1: kept as it was, so that it always opens.
PRAGMA application_id = 1131768135;
PRAGMA user_version = 1;
-- Times are UTC seconds; spans are half-open [from_s, until_s). A NULL means what its comment says.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;

CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  platform TEXT NOT NULL CHECK (platform <> ''),
  handle TEXT NOT NULL,                          -- '' while it has none
  office TEXT NOT NULL,
  supervisor TEXT NOT NULL,
  opened_on TEXT,                                -- NULL: always open
  position INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_by_handle ON account (platform, handle) WHERE handle <> '';
CREATE UNIQUE INDEX account_by_name ON account (platform, name) WHERE handle = '';

CREATE TABLE account_state (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  from_s INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'closing', 'closed', 'paused')),
  PRIMARY KEY (account, from_s)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_quota (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  from_s INTEGER NOT NULL,
  quota INTEGER NOT NULL CHECK (quota >= 0),
  PRIMARY KEY (account, from_s)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_source (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  ord INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source <> ''),
  key TEXT NOT NULL,
  PRIMARY KEY (account, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  ord INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('operator', 'leader', 'supervisor', 'clerk')),
  email TEXT NOT NULL CHECK (email LIKE '%_@_%'),
  PRIMARY KEY (account, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE former_name (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  ord INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (account, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE post (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  ext_id TEXT,                                   -- NULL: the source gave none
  push TEXT,                                     -- NULL: an update of its own
  kind TEXT NOT NULL CHECK (kind IN ('post', 'notified', 'unnotified')),
  exact TEXT NOT NULL CHECK (exact IN ('at', 'day', 'span')),
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > from_s),
  title TEXT NOT NULL,
  url TEXT,                                      -- NULL: not known
  visible INTEGER NOT NULL CHECK (visible IN (0, 1)),
  repost INTEGER NOT NULL CHECK (repost IN (0, 1)),
  struck INTEGER NOT NULL DEFAULT 0 CHECK (struck IN (0, 1)),
  first_seen INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX post_by_id ON post (account, ext_id) WHERE ext_id IS NOT NULL;
CREATE INDEX post_by_time ON post (account, from_s);
CREATE INDEX post_in_time ON post (from_s);

CREATE TABLE sighting (
  post INTEGER NOT NULL REFERENCES post,
  source TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  missed_at INTEGER,                             -- NULL: still shown
  gone_at INTEGER CHECK (gone_at IS NULL OR missed_at IS NOT NULL), -- NULL: not missed twice
  PRIMARY KEY (post, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE look (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  source TEXT NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('complete', 'partial', 'auth', 'throttled', 'blocked', 'gone', 'retired', 'config', 'transient', 'malformed')),
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  advice TEXT NOT NULL,
  rows INTEGER NOT NULL,
  new_posts INTEGER NOT NULL,
  newest INTEGER,                                -- NULL: no row
  first_check INTEGER NOT NULL CHECK (first_check IN (0, 1))
) STRICT;
CREATE INDEX look_by_account ON look (account, source, at);
CREATE INDEX look_failed ON look (at) WHERE outcome NOT IN ('complete', 'partial');
CREATE INDEX look_by_source ON look (source, at);

-- What a look proves; a failed one proves nothing.
CREATE TABLE reach (
  look INTEGER NOT NULL REFERENCES look,
  account INTEGER NOT NULL REFERENCES account,
  source TEXT NOT NULL,
  at INTEGER NOT NULL,
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > from_s),
  sees INTEGER NOT NULL CHECK (sees BETWEEN 1 AND 7),
  strength TEXT NOT NULL CHECK (strength IN ('weak', 'strong'))
) STRICT;
CREATE INDEX reach_by_end ON reach (until_s);
CREATE INDEX reach_by_account ON reach (account, source, until_s);

CREATE TABLE attestation (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > from_s),
  by TEXT NOT NULL CHECK (by <> ''),
  at INTEGER NOT NULL CHECK (at >= until_s),     -- nobody sees the future
  withdrawn_at INTEGER,                          -- NULL: it stands
  withdrawn_by TEXT CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
) STRICT;
CREATE INDEX attestation_by_account ON attestation (account);

-- Append-only revisions. No blame without proof.
CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  profile TEXT NOT NULL,
  rule TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  until_s INTEGER NOT NULL CHECK (until_s > from_s),
  nominal INTEGER NOT NULL,
  held_at INTEGER NOT NULL,
  revision INTEGER NOT NULL CHECK (revision >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('exempt', 'met', 'pending', 'missed', 'suspected', 'unknown')),
  seen INTEGER NOT NULL,
  required INTEGER NOT NULL,
  label TEXT CHECK ((label IS NOT NULL) = (kind = 'missed')),
  proof TEXT CHECK ((proof IS NOT NULL) = (kind = 'missed')),
  gaps TEXT NOT NULL CHECK (kind NOT IN ('unknown', 'suspected') OR gaps <> '[]'),
  at INTEGER NOT NULL,
  CHECK (kind <> 'missed' OR seen < required),
  CHECK (kind <> 'missed' OR proof <> '[]'),
  UNIQUE (account, profile, rule, from_s, until_s, revision)
) STRICT;

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
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'doubtful', 'held', 'sent', 'bounced', 'refused', 'overtaken', 'cancelled')),
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
  CHECK ((state IN ('sent', 'bounced')) = (sent_at IS NOT NULL)),
  CHECK (state <> 'sending' OR claimed_at IS NOT NULL),
  UNIQUE (recipient, kind, slot)
) STRICT;
CREATE INDEX letter_due ON letter (next_try) WHERE state IN ('queued', 'doubtful');

CREATE TABLE mention (
  letter INTEGER NOT NULL REFERENCES letter,
  recipient TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES account,
  rule TEXT NOT NULL,
  anchor TEXT NOT NULL,
  stage TEXT NOT NULL,
  verdict INTEGER REFERENCES verdict,            -- NULL: no verdict stands behind it
  dropped TEXT NOT NULL DEFAULT '',              -- why it was left out of the letter after the fresh look
  UNIQUE (recipient, account, rule, anchor, stage)
) STRICT;
CREATE INDEX mention_by_letter ON mention (letter);
CREATE INDEX mention_by_account ON mention (account);

-- When each source looks at each account next.
CREATE TABLE agenda (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  source TEXT NOT NULL,
  last_at INTEGER,                               -- NULL: never looked
  next_at INTEGER NOT NULL,
  fails INTEGER NOT NULL,
  PRIMARY KEY (account, source)
) STRICT, WITHOUT ROWID;

-- A source in trouble: the operator hears once when it begins and once when it ends.
CREATE TABLE incident (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  class TEXT NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0               -- 0: it lasts
) STRICT;
CREATE UNIQUE INDEX incident_lasts ON incident (source) WHERE ended = 0;

-- A row of everything, as schema 1 kept it.
INSERT INTO meta VALUES ('installed_at', '2022-05-30T09:30:00+08:00');
INSERT INTO audit VALUES (1, 1653874200, '命令行', 'account.import', '台账.csv：1个账号有变化');
INSERT INTO account VALUES (1, '文明通许交通', '新浪微博', '', '', '通许县人民政府办公室', NULL, 0);
INSERT INTO account_state VALUES (1, 1653874200, 'running');
INSERT INTO account_quota VALUES (1, 1653874200, 2);
INSERT INTO account_source VALUES (1, 0, 'weibo', '1234567890');
INSERT INTO contact VALUES (1, 0, 'operator', 'op@x.example');
INSERT INTO former_name VALUES (1, 0, '通许交通');
INSERT INTO post VALUES (1, 1, '4607741009594608', NULL, 'post', 'at', 1654563900, 1654563901, '标题', 'https://m.weibo.cn/detail/4607741009594608', 1, 0, 0, 1654564000);
INSERT INTO sighting VALUES (1, 'weibo', 1654564000, NULL, NULL);
INSERT INTO look VALUES (1, 1, 'weibo', 1654564000, 'complete', '', '', '', 1, 1, 1654563900, 0);
INSERT INTO reach VALUES (1, 1, 'weibo', 1654564000, 1650000000, 1654564000, 1, 'strong');
INSERT INTO attestation VALUES (1, 1, 1650000000, 1650086400, '某人', 1654564000, NULL, NULL);
INSERT INTO verdict VALUES (1, 1, '通用', 'weekly', 1653840000, 1654444800, 1654477200, 1654477200, 1, 'missed', 1, 2, '一周未更新两次', '[{"source":"weibo"}]', '[]', 1654478000);
INSERT INTO letter VALUES (1, 'reminder', 'op@x.example', 'operator', 1654131600, 1654131600, 1654444800, '主题', '正文', '', '', NULL, '', 0, 'sent', '<cg.20220602.00@x.example>', X'00', 1, 1654131600, 1654131601, 1654131602, 1654131603, 'accepted', 250, 'OK', 1654131600);
INSERT INTO mention VALUES (1, 'op@x.example', 1, 'weekly', '2022-05-30', 'week4', 1, '');
INSERT INTO agenda VALUES (1, 'weibo', 1654564000, 1654571200, 0);
INSERT INTO incident VALUES (1, 'weibo', 'blocked', 1654000000, 1654100000);
