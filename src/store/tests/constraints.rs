//! Each constraint of the schema refuses at least once what it is there to refuse.

use super::*;

/// Rows that must be refused, each beside a sibling that is accepted.
const REFUSED: &[(&str, &str)] = &[
    (
        "an account without a name",
        "INSERT INTO account (name, platform, handle, office, supervisor, position) VALUES ('', '抖音', '', '', '', 0)",
    ),
    (
        "two accounts of one name without handles",
        "INSERT INTO account (name, platform, handle, office, supervisor, position) VALUES ('文明通许', '新浪微博', '', '', '', 0)",
    ),
    ("an unknown state", "INSERT INTO account_state VALUES (1, 0, 'asleep')"),
    ("a negative quota", "INSERT INTO account_quota VALUES (1, 0, -1)"),
    ("a source without a name", "INSERT INTO account_source VALUES (1, 0, '', 'k')"),
    ("a role that nobody has", "INSERT INTO contact VALUES (1, 0, 'boss', 'a@b')"),
    ("an address without @", "INSERT INTO contact VALUES (1, 0, 'leader', 'ab')"),
    (
        "a post of no account",
        "INSERT INTO post (account, kind, exact, from_s, until_s, title, visible, repost, first_seen) VALUES (9, 'post', 'at', 0, 1, '', 1, 0, 0)",
    ),
    (
        "a post of no time",
        "INSERT INTO post (account, kind, exact, from_s, until_s, title, visible, repost, first_seen) VALUES (1, 'post', 'at', 1, 1, '', 1, 0, 0)",
    ),
    (
        "a kind that is none",
        "INSERT INTO post (account, kind, exact, from_s, until_s, title, visible, repost, first_seen) VALUES (1, 'video', 'at', 0, 1, '', 1, 0, 0)",
    ),
    (
        "two posts of one id",
        "INSERT INTO post (account, ext_id, kind, exact, from_s, until_s, title, visible, repost, first_seen) VALUES (1, 'p', 'post', 'at', 0, 1, '', 1, 0, 0)",
    ),
    (
        "a silence without a reason",
        "INSERT INTO silence (scope, account, name, reason, by, at, until_s, until_recovered) VALUES ('account', 1, '甲', '', '乙', 0, 1, 0)",
    ),
    (
        "a silence by nobody",
        "INSERT INTO silence (scope, account, name, reason, by, at, until_s, until_recovered) VALUES ('account', 1, '甲', 'r', '', 0, 1, 0)",
    ),
    (
        "a silence without an end",
        "INSERT INTO silence (scope, account, name, reason, by, at, until_s, until_recovered) VALUES ('account', 1, '甲', 'r', '乙', 1, 1, 0)",
    ),
    (
        "a silence about an account that names none",
        "INSERT INTO silence (scope, name, reason, by, at, until_s, until_recovered) VALUES ('account', '甲', 'r', '乙', 0, 1, 0)",
    ),
    (
        "an attempt of no letter",
        "INSERT INTO attempt (letter, at, server, class, words, state) VALUES (999, 0, 's', 'accepted', '', 'sent')",
    ),
    ("a follow-up of no summary", "INSERT INTO awaited VALUES (0, 0, 0, 1, 'weekly', NULL)"),
    (
        "a group of a robot that is none",
        "INSERT INTO group_note (robot, letter, state, next_try, at) VALUES ('mail', 1, 'queued', 0, 0)",
    ),
    (
        "an alarm about nothing",
        "INSERT INTO alarm (cause, mark, round, round_from, began, subject) VALUES ('', 0, 1, 0, 0, '')",
    ),
    (
        "a notice of no alarm",
        "INSERT INTO notice (alarm, channel, round, stage, text, state, next_try, at) VALUES (9, 'wecom', 1, 0, '', 'queued', 0, 0)",
    ),
    ("gone before it was missed", "INSERT INTO sighting (post, source, last_seen, gone_at) VALUES (1, 's', 0, 5)"),
    (
        "a class that is none",
        "INSERT INTO look (account, source, at, outcome, reason, detail, advice, rows, new_posts, first_check) VALUES (1, 's', 0, 'empty', '', '', '', 0, 0, 0)",
    ),
    ("a reach of no length", "INSERT INTO reach VALUES (1, 1, 's', 0, 5, 5, 1, 'strong')"),
    ("a reach that sees nothing", "INSERT INTO reach VALUES (1, 1, 's', 0, 5, 6, 0, 'strong')"),
    ("a watch over the future", "INSERT INTO attestation (account, from_s, until_s, by, at) VALUES (1, 0, 10, 'x', 9)"),
    ("a watch by nobody", "INSERT INTO attestation (account, from_s, until_s, by, at) VALUES (1, 0, 10, '', 10)"),
    (
        "blame without proof",
        "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, gaps, at) VALUES (1, 'p', 'weekly', 0, 1, 1, 1, 1, 'missed', 0, 2, '一周未更新两次', '[]', 1)",
    ),
    (
        "blame with an empty proof",
        "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, proof, gaps, at) VALUES (1, 'p', 'weekly', 0, 1, 1, 1, 1, 'missed', 0, 2, '一周未更新两次', '[]', '[]', 1)",
    ),
    (
        "blame where enough was seen",
        "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, proof, gaps, at) VALUES (1, 'p', 'weekly', 0, 1, 1, 1, 1, 'missed', 2, 2, '一周未更新两次', '[1]', '[]', 1)",
    ),
    (
        "an unknown without a gap",
        "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, gaps, at) VALUES (1, 'p', 'weekly', 0, 1, 1, 1, 1, 'unknown', 0, 2, '[]', 1)",
    ),
    (
        "a label without blame",
        "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, gaps, at) VALUES (1, 'p', 'weekly', 0, 1, 1, 1, 1, 'met', 2, 2, 'x', '[]', 1)",
    ),
    (
        "a sent letter without a time",
        "INSERT INTO letter (kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, next_try, created_at) VALUES ('test', 'a@b', 'clerk', 7, 0, '', '', '', '', '', 0, 'sent', 'm9', 0, 0)",
    ),
    (
        "the same letter twice",
        "INSERT INTO letter (kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, next_try, created_at) VALUES ('reminder', 'a@b', 'clerk', 0, 0, '', '', '', '', '', 0, 'queued', 'm8', 0, 0)",
    ),
    (
        "one Message-ID for two letters",
        "INSERT INTO letter (kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, next_try, created_at) VALUES ('reminder', 'c@d', 'clerk', 0, 0, '', '', '', '', '', 0, 'queued', 'm1', 0, 0)",
    ),
    (
        "one mention twice",
        "INSERT INTO mention (letter, recipient, account, rule, anchor, stage) VALUES (1, 'a@b', 1, 'weekly', '2022-06-20', 'week4')",
    ),
    ("a call by nobody", "INSERT INTO call VALUES (1, 1, '', 0, '', 0)"),
    ("a call in the future", "INSERT INTO call VALUES (1, 1, 'x', 9, '', 8)"),
    ("two calls about one account of a letter", "INSERT INTO call VALUES (1, 1, 'y', 5, '', 5)"),
    ("a doubt that is neither", "UPDATE letter SET doubted = 2"),
    (
        "more updates than a week can hold",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1001, 'push', NULL, NULL, 'x', 8, 8, 2, NULL)",
    ),
    (
        "a unit that is none",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'post', NULL, NULL, 'x', 8, 8, 2, NULL)",
    ),
    (
        "a last update of no time",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'push', 'at', NULL, 'x', 8, 8, 2, NULL)",
    ),
    (
        "a sheet signed by nobody",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'push', NULL, NULL, '', 8, 8, 2, NULL)",
    ),
    (
        "a look before its week",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'push', NULL, NULL, 'x', 7, 8, 2, NULL)",
    ),
    (
        "a look in the future",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'push', NULL, NULL, 'x', 8, 7, 2, NULL)",
    ),
    (
        "two rows of one week",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 0, 1, 'push', NULL, NULL, 'x', 8, 8, 2, NULL)",
    ),
    (
        "two rows of one look",
        "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation, ended_at) VALUES (1, 7, 1, 'push', NULL, NULL, 'x', 8, 8, 1, NULL)",
    ),
    ("a user without a name", "INSERT INTO user (name, rank, made_at) VALUES ('', 'admin', 0)"),
    ("two users of one name", "INSERT INTO user (name, rank, made_at) VALUES ('甲', 'reader', 0)"),
    ("a rank that is none", "INSERT INTO user (name, rank, made_at) VALUES ('乙', 'root', 0)"),
    ("a password that is not hashed", "UPDATE user SET password = 'correct horse'"),
    ("a link that ends before it begins", "INSERT INTO one_time_link VALUES ('h', 1, 5, 5)"),
    ("a session of nobody", "INSERT INTO session VALUES ('h', 9, 0, 1, '')"),
    ("a session that ends before it begins", "INSERT INTO session VALUES ('h', 1, 1, 1, '')"),
    (
        "two links of one office",
        "INSERT INTO office_link (office, hash, made_at, made_by) VALUES ('某局', 'h2', 0, '甲')",
    ),
    (
        "a link that nobody gave",
        "INSERT INTO office_link (office, hash, made_at, made_by) VALUES ('乙局', 'h2', 0, '')",
    ),
    ("a link that was revoked by nobody", "UPDATE office_link SET revoked_at = 1"),
    ("an audit entry that is changed", "UPDATE audit SET who = '乙'"),
    ("an audit entry that is taken away", "DELETE FROM audit"),
    ("a bulletin of one version twice", "INSERT INTO bulletin (period, profile, version) VALUES ('2022-06', 'p', 1)"),
    ("a step twice", "INSERT INTO bulletin_step VALUES (1, 1, 'draft', 'y', 0, '', NULL)"),
    ("two signatures", "INSERT INTO bulletin_step VALUES (1, 3, 'issued', 'y', 0, '', NULL)"),
    ("a review without a last day", "INSERT INTO bulletin_step VALUES (1, 3, 'review', 'y', 0, '', NULL)"),
    ("a step by nobody", "INSERT INTO bulletin_step VALUES (1, 3, 'draft', '', 0, '', NULL)"),
    ("one number for two papers", "INSERT INTO bulletin_issue VALUES (2, '28号', '2022-07-11', '')"),
    ("a paper of no step", "INSERT INTO bulletin_paper VALUES (1, 9, 'circular', '{}', printf('%064d', 0))"),
    (
        "an objection without a reason",
        "INSERT INTO review_answer (bulletin, office, account, word, reason, said_by, on_d, by, at) VALUES (1, '某局', 1, 'objects', '', 'x', '2022-07-01', 'y', 0)",
    ),
    (
        "an objection about no account",
        "INSERT INTO review_answer (bulletin, office, account, word, reason, said_by, on_d, by, at) VALUES (1, '某局', NULL, 'objects', 'z', 'x', '2022-07-01', 'y', 0)",
    ),
    ("an objection settled twice", "INSERT INTO review_ruling VALUES (1, 'kept', 'z', 'y', 0)"),
    ("an objection settled without a reason", "INSERT INTO review_ruling VALUES (2, 'kept', '', 'y', 0)"),
    (
        "one problem opened twice",
        "INSERT INTO repair (bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due) VALUES (1, '2022-06', 'p', 1, 'weekly', '', '', '', '', '', 0, '2022-07-11', '2022-07-21')",
    ),
    (
        "a last day before the paper",
        "INSERT INTO repair (bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due) VALUES (1, '2022-06', 'p', 2, 'weekly', '', '', '', '', '', 0, '2022-07-11', '2022-07-10')",
    ),
    ("one event twice", "INSERT INTO repair_event VALUES (1, 1, 'answer', 'x', 'y', '2022-07-15', 'z', 0)"),
    ("feedback without a word", "INSERT INTO repair_event VALUES (1, 2, 'answer', '', 'y', '2022-07-15', 'z', 0)"),
    ("feedback of nobody", "INSERT INTO repair_event VALUES (1, 2, 'answer', 'x', '', '2022-07-15', 'z', 0)"),
    ("two incidents of one source at once", "INSERT INTO incident (source, class, began) VALUES ('s', 'auth', 1)"),
];

const GROUND: &str = "
INSERT INTO post (id, account, ext_id, kind, exact, from_s, until_s, title, visible, repost, first_seen) VALUES (1, 1, 'p', 'post', 'at', 0, 1, '', 1, 0, 0);
INSERT INTO look (id, account, source, at, outcome, reason, detail, advice, rows, new_posts, first_check) VALUES (1, 1, 's', 0, 'complete', '', '', '', 0, 0, 0);
INSERT INTO reach VALUES (1, 1, 's', 0, 5, 6, 1, 'strong');
INSERT INTO letter (id, kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, next_try, created_at) VALUES (1, 'reminder', 'a@b', 'clerk', 0, 0, '', '', '', '', '', 0, 'queued', 'm1', 0, 0);
INSERT INTO mention (letter, recipient, account, rule, anchor, stage) VALUES (1, 'a@b', 1, 'weekly', '2022-06-20', 'week4');
INSERT INTO incident (source, class, began) VALUES ('s', 'auth', 0);
INSERT INTO user (id, name, rank, made_at) VALUES (1, '甲', 'admin', 0);
INSERT INTO office_link (office, hash, made_at, made_by) VALUES ('某局', 'h', 0, '甲');
INSERT INTO audit (at, who, what, detail) VALUES (0, '甲', 'mode', '');
INSERT INTO call VALUES (1, 1, 'x', 0, '', 0);
INSERT INTO attestation (id, account, from_s, until_s, by, at) VALUES (1, 1, 0, 10, 'x', 10), (2, 1, 0, 10, 'x', 10);
INSERT INTO tally (account, from_s, updates, unit, by, looked_at, at, attestation) VALUES (1, 0, 1, 'push', 'x', 8, 8, 1);
INSERT INTO bulletin (id, period, profile, version) VALUES (1, '2022-06', 'p', 1), (2, '2022-05', 'p', 1);
INSERT INTO bulletin_step VALUES (1, 1, 'draft', 'x', 0, '', NULL), (1, 2, 'issued', 'x', 0, '', NULL);
INSERT INTO bulletin_issue VALUES (1, '28号', '2022-07-11', '');
INSERT INTO review_answer (id, bulletin, office, account, word, reason, said_by, on_d, by, at) VALUES (1, 1, '某局', 1, 'objects', 'z', 'x', '2022-07-01', 'y', 0), (2, 1, '某局', 1, 'objects', 'z', 'x', '2022-07-01', 'y', 0);
INSERT INTO review_ruling VALUES (1, 'kept', 'z', 'y', 0);
INSERT INTO repair (id, bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due) VALUES (1, 1, '2022-06', 'p', 1, 'weekly', '', '', '', '', '', 0, '2022-07-11', '2022-07-21');
INSERT INTO repair_event VALUES (1, 1, 'answer', 'x', 'y', '2022-07-14', 'z', 0);
INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, proof, gaps, at) VALUES (1, 'p', 'weekly', 0, 9, 1, 1, 1, 'missed', 0, 2, '一周未更新两次', '[1]', '[]', 1);
";

#[test]
fn what_must_not_be_is_refused_by_the_tables() {
    let kept = kept();
    kept.store.write(|tx| Ok(tx.execute_batch(GROUND)?)).unwrap();
    for (what, sql) in REFUSED {
        let refused = kept.store.write(move |tx| Ok(tx.execute_batch(sql)?)).unwrap_err();
        assert!(refused.is_conflict(), "{what}: {refused}");
    }
}
