-- Sprouts of one group, each carried by one credit a year old, on both databases. A hundred levels must be looked at in every
-- minute of {ticks}, their members spread evenly over all ids; everybody else's later: all rows of the partial index.
INSERT INTO chat_group (id, chat, title, state, state_at, language, zone, quiet_start, quiet_end)
VALUES (1, -1, 'Sunny Gardens', 'enabled', 0, 'zh_CN', 'Asia/Shanghai', '22:00', '08:00');

INSERT INTO member (id, user_id, name, language, met_at, service_consent_at, reachable, large, language_chosen)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members})
SELECT i, i, 'Neighbour', 'zh_CN', 0, 0, 1, 0, 0 FROM n;

INSERT INTO membership (member_id, group_id, entered_at) SELECT id, 1, 0 FROM member;

INSERT INTO growth_account (member_id, growth, points, level, level_at, review_at, review_attempts, on_board)
SELECT id, 200, 200, 1, 0,
    CASE WHEN id % {step} <> 0 OR id / {step} > {due} THEN {noon} + (170 + id % 100) * {day}
         ELSE {noon} + id / {step} % {ticks} * 60000 END, 0, 1
FROM member;

INSERT INTO growth_ledger (member_id, event, event_key, amount, at, group_id, counted_on)
SELECT member_id, 'ugc', 'ugc:' || member_id, 200, review_at - {year}, 1, '{yesterday}' FROM growth_account;

INSERT INTO growth_period (group_id, period, starts_on, member_id, growth)
SELECT 1, 'week', '{monday}', id, 10 * (1 + id * 7919 % 997) FROM member;

ANALYZE
