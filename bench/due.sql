-- People with one lot each and the timed work for it, on both databases. A hundred rows fall due at every minute of {ticks},
-- their members spread evenly over all ids; everybody else's wait for the next year: all rows of the partial index.
INSERT INTO chat_group (id, chat, title, state, state_at, language, zone, quiet_start, quiet_end)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {groups})
SELECT i, -i, 'Sunny Gardens', 'enabled', 0, 'zh_CN', 'Asia/Shanghai', '22:00', '08:00' FROM n;

INSERT INTO member (id, user_id, name, language, met_at, service_consent_at, reachable, large, language_chosen)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members})
SELECT i, i, 'Neighbour', 'zh_CN', 0, 0, 1, 0, 0 FROM n;

INSERT INTO membership (member_id, group_id, entered_at) SELECT id, id % {groups} + 1, 0 FROM member;

INSERT INTO growth_account (member_id, growth, points, level, review_attempts, on_board) SELECT id, 10, 10, 0, 0, 1 FROM member;

INSERT INTO growth_ledger (member_id, event, event_key, amount, at)
SELECT id, 'register', 'register:' || id, 10, 0 FROM member;

INSERT INTO points_ledger (member_id, event, event_key, amount, at)
SELECT id, 'register', 'register:' || id, 10, 0 FROM member;

INSERT INTO point_lot (member_id, event_key, earned, unspent, lapsed, expires_on)
SELECT id, 'register:' || id, 10, 10, 0,
    CASE WHEN id % {step} <> 0 OR id / {step} > {due} THEN '{next_year}'
         WHEN id / {step} % 3 = 0 THEN '{yesterday}' ELSE '{next_month}' END
FROM member;

INSERT INTO points_due (member_id, kind, expires_on, due_at, outcome, attempts)
SELECT member_id, 'first_notice', expires_on,
    CASE expires_on WHEN '{next_month}' THEN {noon} + member_id / {step} % {ticks} * 60000
                    ELSE {noon} + (170 + member_id % 100) * {day} END,
    CASE expires_on WHEN '{yesterday}' THEN 'done' END, 0
FROM point_lot;

INSERT INTO points_due (member_id, kind, expires_on, due_at, outcome, attempts)
SELECT member_id, 'last_notice', expires_on, {noon} + (23 + member_id % 300) * {day},
    CASE expires_on WHEN '{yesterday}' THEN 'done' END, 0
FROM point_lot;

INSERT INTO points_due (member_id, kind, expires_on, due_at, outcome, attempts)
SELECT member_id, 'lapse', expires_on,
    CASE expires_on WHEN '{yesterday}' THEN {noon} + member_id / {step} % {ticks} * 60000
                    ELSE {noon} + (31 + member_id % 300) * {day} END,
    NULL, 0
FROM point_lot;

ANALYZE
