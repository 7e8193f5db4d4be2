-- Whose evidence has changed, and in which order: whoever keeps evidence in memory reads again only what
-- was touched since. Triggers, so that no way of writing can forget it. 0 stands for the list itself.
CREATE TABLE touched (
  account INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE
) STRICT;

-- A look comes with all that it saw and proved.
CREATE TRIGGER touch_look AFTER INSERT ON look BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_post AFTER INSERT ON post BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_post_changed AFTER UPDATE ON post WHEN
  (OLD.kind, OLD.exact, OLD.from_s, OLD.until_s, OLD.visible, OLD.repost, OLD.struck, OLD.title) <> (NEW.kind, NEW.exact, NEW.from_s, NEW.until_s, NEW.visible, NEW.repost, NEW.struck, NEW.title)
  OR OLD.ext_id IS NOT NEW.ext_id OR OLD.push IS NOT NEW.push OR OLD.url IS NOT NEW.url
BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_sighting AFTER INSERT ON sighting BEGIN
  INSERT INTO touched SELECT account, (SELECT coalesce(max(seq), 0) + 1 FROM touched) FROM post WHERE id = NEW.post ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_sighting_changed AFTER UPDATE ON sighting WHEN OLD.missed_at IS NOT NEW.missed_at OR OLD.gone_at IS NOT NEW.gone_at BEGIN
  INSERT INTO touched SELECT account, (SELECT coalesce(max(seq), 0) + 1 FROM touched) FROM post WHERE id = NEW.post ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_attestation AFTER INSERT ON attestation BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_attestation_changed AFTER UPDATE ON attestation BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_tally AFTER INSERT ON tally BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_tally_changed AFTER UPDATE ON tally BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
-- What a person has decided, and a later revision that overturns it.
CREATE TRIGGER touch_finding AFTER INSERT ON finding BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_verdict AFTER INSERT ON verdict WHEN NEW.revision > 1 BEGIN
  INSERT INTO touched VALUES (NEW.account, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;

-- The list: its accounts, their states, quotas and sources.
CREATE TRIGGER touch_account_insert AFTER INSERT ON account BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_update AFTER UPDATE ON account BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_delete AFTER DELETE ON account BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_state_insert AFTER INSERT ON account_state BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_state_update AFTER UPDATE ON account_state BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_state_delete AFTER DELETE ON account_state BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_quota_insert AFTER INSERT ON account_quota BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_quota_update AFTER UPDATE ON account_quota BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_quota_delete AFTER DELETE ON account_quota BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_source_insert AFTER INSERT ON account_source BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_source_update AFTER UPDATE ON account_source BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_account_source_delete AFTER DELETE ON account_source BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_contact_insert AFTER INSERT ON contact BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_contact_update AFTER UPDATE ON contact BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_contact_delete AFTER DELETE ON contact BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_former_name_insert AFTER INSERT ON former_name BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_former_name_update AFTER UPDATE ON former_name BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER touch_former_name_delete AFTER DELETE ON former_name BEGIN
  INSERT INTO touched VALUES (0, (SELECT coalesce(max(seq), 0) + 1 FROM touched)) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq;
END;

-- What every inspection asks for, without reading old verdicts and the bodies of letters.
CREATE INDEX verdict_missed ON verdict (profile, held_at) WHERE kind = 'missed';
CREATE INDEX letter_reminder ON letter (slot, role, trial, state, class) WHERE kind = 'reminder';
CREATE INDEX letter_by_state ON letter (state, trial, class, not_before);
CREATE INDEX letter_claimed ON letter (claimed_at, state, class) WHERE claimed_at IS NOT NULL;
CREATE INDEX letter_sent ON letter (kind, sent_at, trial) WHERE state = 'sent';
-- Who has done what: the choices of 审计, and how many entries fit.
CREATE INDEX audit_by ON audit (who, what, at);
