INSERT INTO claim (key, taken_at) VALUES
  ('tap:1', 1795395600000),
  ('tap:2', 1795395600001);
INSERT INTO journal (at, action, member_id, group_id, params) VALUES
  (1795395600000, 'member.joined', 1, 1, '{"n":1}'),
  (1795395600001, 'group.met', NULL, 1, '{}');
INSERT INTO inbox (bot_id, source, source_id, lane, body, received_at, state, attempts, done_at) VALUES
  (1, 'telegram', 11, 0, '{}', 1795395600000, 'done', 0, 1795395600001),
  (1, 'telegram', 12, 7, '{"update_id":12}', 1795395600000, 'new', 0, NULL),
  (1, 'sender', 1, -100, '{"ok":true}', 1795395600000, 'parked', 5, 1795395600001);
INSERT INTO outbox (created_at, state, kind, class, priority, chat, topic, message, call, about_user, text, keyboard, language, not_before, expires_at, dedupe_key, attempts, sent_message, error, finished_at, epoch, large, file, reason, group_id, about_member) VALUES
  (1795395600000, 'pending', 'send', 'notice', 2, 7, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', '[[]]', 'zh_CN', 1795395600000, NULL, 'a', 0, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'sending', 'edit', 'answer', 0, 7, NULL, 3, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 1, NULL, NULL, NULL, 1, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'sending', 'send', 'notice', 2, 8, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 1, NULL, NULL, NULL, 1, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'sent', 'send', 'answer', 0, 7, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 1, 4, NULL, 1795395600002, NULL, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'failed', 'call', 'upkeep', 1, -100, NULL, NULL, 'administrators', NULL, NULL, NULL, 'en', 1795395600000, NULL, NULL, 3, NULL, 'gone', 1795395600002, NULL, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'expired', 'send', 'answer', 0, 7, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 0, NULL, NULL, 1795395600002, NULL, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'unknown', 'send', 'notice', 2, 7, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 1, NULL, 'timed out', 1795395600002, NULL, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'claimed', 'send', 'receipt', 0, 9, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 0, NULL, NULL, NULL, 1, 0, NULL, NULL, NULL, NULL),
  (1795395600000, 'skipped', 'edit', 'answer', 0, 9, NULL, NULL, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, NULL, 0, NULL, 'a later edit', 1795395600001, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO lease (name, owner, epoch, until) VALUES
  ('sender:1', 'somebody', 1, 1795395600000);
INSERT INTO member (user_id, name, language, met_at, service_consent_at, marketing_consent_at, reachable, large, language_chosen, erased_at) VALUES
  (7, '陈阿姨', 'zh_CN', 1795395600000, 1795395600000, NULL, 1, 0, 0, NULL),
  (8, '', 'en', 1795395600000, NULL, NULL, 0, 0, 0, NULL);
INSERT INTO chat_group (chat, title, state, state_at, language, zone, quiet_start, quiet_end, asked_by, card, silent_since) VALUES
  (-100, '阳光花园', 'enabled', 1795395600000, 'zh_CN', 'Asia/Shanghai', '22:00', '08:00', NULL, NULL, NULL),
  (-200, 'Left', 'left', 1795395600000, 'en', 'Europe/Berlin', '00:00', '00:00', NULL, NULL, NULL);
INSERT INTO former_chat (chat, group_id) VALUES
  (-101, 1);
INSERT INTO group_administrator (group_id, user_id, told_at) VALUES
  (1, 7, 1795395600000);
INSERT INTO pickup_point (group_id, name, hours, added_at, closed_at) VALUES
  (1, '3 号楼大厅', '17:00-20:00', 1795395600000, NULL),
  (1, '东门', '18:00', 1795395600000, 1795395600000);
INSERT INTO membership (member_id, group_id, entered_at, left_at, came_by, pickup_point_id) VALUES
  (1, 1, 1795395600000, NULL, 'seen', 1),
  (2, 1, 1795395600000, 1795395600001, NULL, NULL),
  (2, 1, 1795395600002, NULL, NULL, NULL);
INSERT INTO points_due (member_id, kind, expires_on, due_at, outcome, attempts) VALUES
  (1, 'lapse', '2027-11-23', 1826899200000, NULL, 0),
  (1, 'first_notice', '2026-11-22', 1792720800000, 'done', 1);
INSERT INTO join_request (group_id, user_id, chat, language, answer, attempts, asked_at, expires_at) VALUES
  (1, 9, 9, 'zh_CN', 2, 1, 1795395600000, 1795395600000);
INSERT INTO roll_call (group_id, cursor, due_at) VALUES
  (1, 1, 1795395600000);
INSERT INTO preference (member_id, muted_until, quiet_start, quiet_end) VALUES
  (1, NULL, '21:00', '08:00');
INSERT INTO topic_off (member_id, topic, at) VALUES
  (1, 'points', 1795395600000);
INSERT INTO tombstone (hash, erased_at, until) VALUES
  ('aa', 1795395600000, 1795395600000);
INSERT INTO sweep (name, cursor) VALUES
  ('inbox.rows', 1);
INSERT INTO rule_version (since, rules, published_at) VALUES
  (1795395600000, '{}', 1795395600000);
INSERT INTO prompt (member_id, group_id, asks, given, message, expires_at) VALUES
  (1, 1, 'setup.zone', '{}', 5, 1795395600000);
INSERT INTO staff_role (group_id, member_id, role, given_by, given_at, until, ended_at) VALUES
  (NULL, 1, 'owner', NULL, 1795395600000, NULL, NULL),
  (1, 2, 'service', 1, 1795395600000, 1795395600000, 1795395600000);
INSERT INTO invitation (code_hash, role, group_id, days, made_by, made_at, expires_at, used_by, used_at) VALUES
  ('bb', 'leader', 1, NULL, 1, 1795395600000, 1795395600000, NULL, NULL);
INSERT INTO audit (at, group_id, actor_id, act, subject_id, before, after, undone_at) VALUES
  (1795395600000, 1, 1, 'zone_set', NULL, '{"zone":"UTC"}', '{"zone":"Asia/Shanghai"}', NULL);
INSERT INTO approval (group_id, member_id, points, reason, asked_by, asked_at, expires_at, outcome, decided_by, decided_at) VALUES
  (1, 2, 2000, 'prize', 1, 1795395600000, 1795395600000, NULL, NULL, NULL);
INSERT INTO growth_period (group_id, period, starts_on, member_id, growth) VALUES
  (1, 'week', '2026-11-23', 1, 20);
INSERT INTO growth_ledger (member_id, event, event_key, amount, at, group_id, counted_on, reverses) VALUES
  (1, 'register', 'register:1', 10, 1795395600000, NULL, NULL, NULL),
  (1, 'register', 'x', 10, 1795395600000, NULL, NULL, NULL);
INSERT INTO points_ledger (member_id, event, event_key, amount, at, group_id, counted_on, reverses) VALUES
  (1, 'register', 'register:1', 10, 1795395600000, NULL, NULL, NULL),
  (1, 'register', 'x', 10, 1795395600000, NULL, NULL, NULL),
  (1, 'expired', 'expired:1:2026-11-22', -10, 1795395600001, NULL, NULL, NULL),
  (2, 'expired', 'debt', -5, 1795395600001, NULL, NULL, NULL);
INSERT INTO growth_account (member_id, growth, points, level, level_at, falls_at, review_at, review_attempts, on_board) VALUES
  (1, 20, 10, 0, NULL, NULL, NULL, 0, 1),
  (2, 0, -5, 0, NULL, NULL, NULL, 0, 1);
INSERT INTO point_lot (member_id, event_key, earned, unspent, expires_on, lapsed) VALUES
  (1, 'register:1', 10, 10, '2027-11-23', 0),
  (1, 'x', 10, 0, '2026-11-22', 10);
