INSERT INTO complaint_fact (root_key, status, received_at, registered_at, closed_at, channel,
product, severity, regime, outcome, cause, unit, customer_kind, customer_key, investigator,
vulnerable, regulator, escalated, contact_at, contact_seconds, final_at, final_seconds,
acknowledgement_due, acknowledgement_met, contact_due, contact_met, target_due, target_met,
final_due, final_met, other_clocks, rounds, asked, satisfaction, currency, offered, paid,
version) SELECT complaint.root_key AS root_key, complaint.status AS status,
complaint.received_at AS received_at, complaint.registered_at AS registered_at,
complaint.closed_at AS closed_at, complaint.channel AS channel, complaint.product AS product,
complaint.severity AS severity, json_extract_path_text(complaint.regime, 'profiles', '0') AS
regime, complaint.outcome AS outcome, nullif(substr(json_extract_path_text(complaint.facts,
'rootCause'), 1, 200), '') AS cause,
coalesce(nullif(substr(json_extract_path_text(complaint.facts, 'complainedUnit'), 1, 200), ''),
nullif(substr(json_extract_path_text(complaint.facts, 'responsibleUnit'), 1, 200), '')) AS unit,
substr(json_extract_path_text(complaint.facts, 'legal', 'customerType'), 1, 60) AS
customer_kind, complaint.customer_key AS customer_key, complaint.investigator AS investigator,
EXISTS (SELECT *
FROM user_task
WHERE user_task.root_key = complaint.root_key AND user_task.state = 'completed' AND
json_extract_path_text(user_task.answer, 'vulnerable') IN ('1', 'true')) AS vulnerable, EXISTS
(SELECT *
FROM user_task
WHERE user_task.root_key = complaint.root_key AND user_task.state = 'completed' AND
json_extract_path_text(user_task.answer, 'regulatorReferral') IN ('1', 'true')) AS regulator,
EXISTS (SELECT *
FROM history
WHERE history.root_key = complaint.root_key AND history.event = 'case:complaint:escalated') AS
escalated, (SELECT min(contact_entry.spoke_at) AS min_1
FROM contact_entry
WHERE contact_entry.root_key = complaint.root_key AND contact_entry.result = 'reached') AS
contact_at, CAST(round(CAST(EXTRACT(epoch FROM (SELECT min(contact_entry.spoke_at) AS min_1
FROM contact_entry
WHERE contact_entry.root_key = complaint.root_key AND contact_entry.result = 'reached') -
complaint.received_at) AS FLOAT)) AS BIGINT) AS contact_seconds, coalesce((SELECT
deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'final response'),
complaint.closed_at) AS final_at, CAST(round(CAST(EXTRACT(epoch FROM coalesce((SELECT
deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'final response'),
complaint.closed_at) - complaint.received_at) AS FLOAT)) AS BIGINT) AS final_seconds, (SELECT
deadline.due_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'acknowledgement') AS
acknowledgement_due, (SELECT deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'acknowledgement') AS
acknowledgement_met, (SELECT deadline.due_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'first contact') AS
contact_due, (SELECT deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'first contact') AS
contact_met, (SELECT deadline.due_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'internal target') AS
target_due, (SELECT deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'internal target') AS
target_met, (SELECT deadline.due_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'final response') AS
final_due, (SELECT deadline.met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock = 'final response') AS
final_met, (SELECT CAST(json_agg(json_build_array(others.clock, others.due_at, others.met_at))
AS TEXT) AS json_agg_1
FROM (SELECT deadline.clock AS clock, deadline.due_at AS due_at, deadline.met_at AS met_at
FROM deadline
WHERE deadline.root_key = complaint.root_key AND deadline.clock LIKE '% under %' ORDER BY
deadline.clock) AS others) AS other_clocks, (SELECT count(*) AS count_1
FROM letter
WHERE letter.root_key = complaint.root_key AND letter.audience = 'customer' AND letter.template
= 'outcome') AS rounds, EXISTS (SELECT *
FROM letter
WHERE letter.root_key = complaint.root_key AND letter.audience = 'customer' AND letter.template
= 'satisfaction') AS asked, CASE WHEN (json_extract_path_text(complaint.facts, 'satisfaction')
IN ('1', '2', '3', '4', '5')) THEN CAST(json_extract_path_text(complaint.facts, 'satisfaction')
AS INTEGER) END AS satisfaction, complaint.currency AS currency, coalesce((SELECT
sum(ledger_entry.amount) AS sum_1
FROM ledger_entry
WHERE ledger_entry.root_key = complaint.root_key AND ledger_entry.entry = 'offered' GROUP BY
coalesce(ledger_entry.batch, ledger_entry.seq) ORDER BY sum(ledger_entry.amount) DESC
 LIMIT 1), 0) AS offered, coalesce((SELECT sum(CASE WHEN (ledger_entry.entry = 'paid') THEN
ledger_entry.amount WHEN (ledger_entry.entry = 'recovered') THEN -ledger_entry.amount ELSE 0
END) AS sum_2
FROM ledger_entry
WHERE ledger_entry.root_key = complaint.root_key), 0) AS paid, 1
FROM complaint
