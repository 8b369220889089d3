INSERT INTO claim (key, taken_at) VALUES ('tap:1', 1795395600000), ('tap:2', 1795395600001);
INSERT INTO journal (at, action, member_id, group_id, params) VALUES
  (1795395600000, 'member.joined', 1, 1, '{"n":1}'), (1795395600001, 'group.met', NULL, 1, '{}');
INSERT INTO inbox (bot_id, source, source_id, lane, body, received_at, state, attempts, done_at) VALUES
  (1, 'telegram', 11, 7, '{}', 1795395600000, 'done', 0, 1795395600001),
  (1, 'telegram', 12, 7, '{"update_id":12}', 1795395600000, 'new', 0, NULL),
  (1, 'sender', 1, -100, '{"ok":true}', 1795395600000, 'parked', 5, 1795395600001);
INSERT INTO outbox
  (created_at, state, kind, class, priority, chat, message, call, text, keyboard, language, not_before,
   dedupe_key, attempts, sent_message, error, finished_at) VALUES
  (1795395600000, 'pending', 'send', 'notice', 2, 7, NULL, NULL, '{"key":"home.menu","params":{}}', '[[]]', 'zh_CN', 1795395600000, 'a', 0, NULL, NULL, NULL),
  (1795395600000, 'sending', 'edit', 'answer', 0, 7, 3, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, 1, NULL, NULL, NULL),
  (1795395600000, 'sending', 'send', 'notice', 2, 8, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, 1, NULL, NULL, NULL),
  (1795395600000, 'sent', 'send', 'answer', 0, 7, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, 1, 4, NULL, 1795395600002),
  (1795395600000, 'failed', 'call', 'upkeep', 1, -100, NULL, 'administrators', NULL, NULL, 'en', 1795395600000, NULL, 3, NULL, 'gone', 1795395600002),
  (1795395600000, 'expired', 'send', 'answer', 0, 7, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, 0, NULL, NULL, 1795395600002),
  (1795395600000, 'unknown', 'send', 'notice', 2, 7, NULL, NULL, '{"key":"home.menu","params":{}}', NULL, 'en', 1795395600000, NULL, 1, NULL, 'timed out', 1795395600002);
INSERT INTO chat_group (chat, title, state, state_at, language, zone, quiet_start, quiet_end) VALUES
  (-100, '阳光花园', 'enabled', 1795395600000, 'zh_CN', 'Asia/Shanghai', '22:00', '08:00'),
  (-200, 'Left', 'left', 1795395600000, 'en', 'Europe/Berlin', '00:00', '00:00');
INSERT INTO member (user_id, name, language, met_at, service_consent_at, marketing_consent_at, reachable) VALUES
  (7, '陈阿姨', 'zh_CN', 1795395600000, 1795395600000, NULL, 1), (8, '', 'en', 1795395600000, NULL, NULL, 0);
INSERT INTO group_administrator (group_id, user_id, told_at) VALUES (1, 7, 1795395600000);
INSERT INTO membership (member_id, group_id, entered_at, left_at) VALUES
  (1, 1, 1795395600000, NULL), (2, 1, 1795395600000, 1795395600001), (2, 1, 1795395600002, NULL);
INSERT INTO growth_account (member_id, growth, points) VALUES (1, 20, 10), (2, 0, -5);
INSERT INTO growth_ledger (member_id, event, event_key, amount, at) VALUES
  (1, 'register', 'register:1', 10, 1795395600000), (1, 'register', 'x', 10, 1795395600000);
INSERT INTO points_ledger (member_id, event, event_key, amount, at) VALUES
  (1, 'register', 'register:1', 10, 1795395600000), (1, 'register', 'x', 10, 1795395600000),
  (1, 'expired', 'expired:1:2026-11-22', -10, 1795395600001), (2, 'expired', 'debt', -5, 1795395600001);
INSERT INTO point_lot (member_id, event_key, earned, unspent, expires_on) VALUES
  (1, 'register:1', 10, 10, '2027-11-23'), (1, 'x', 10, 0, '2026-11-22');
INSERT INTO points_due (member_id, kind, expires_on, due_at, outcome, attempts) VALUES
  (1, 'lapse', '2027-11-23', 1826899200000, NULL, 0), (1, 'first_notice', '2026-11-22', 1792720800000, 'done', 1);
UPDATE outbox SET epoch = 1 WHERE state = 'sending';
INSERT INTO outbox
  (created_at, state, kind, class, priority, chat, text, language, not_before, attempts, epoch, error, finished_at) VALUES
  (1795395600000, 'claimed', 'send', 'receipt', 0, 9, '{"key":"home.menu","params":{}}', 'en', 1795395600000, 0, 1, NULL, NULL),
  (1795395600000, 'skipped', 'edit', 'answer', 0, 9, '{"key":"home.menu","params":{}}', 'en', 1795395600000, 0, NULL, 'a later edit', 1795395600001);
INSERT INTO lease (name, owner, epoch, until) VALUES ('sender:1', 'somebody', 1, 1795395600000);
INSERT INTO former_chat (chat, group_id) VALUES (-101, 1);
