"""The invariants that SQL alone decides: each query gives (subject, detail) of what breaks it."""

_LIVE_SPAN = (
    "tstzrange({0}.decided_at, greatest({0}.decided_at, coalesce({0}.ended_at, 'infinity')))"
)


def _two_live(same: str) -> str:
    return f"""
        SELECT a.id, 'was live together with ' || b.id
          FROM attempts a JOIN attempts b ON b.{same} = a.{same} AND b.id > a.id
         WHERE {_LIVE_SPAN.format("a")} && {_LIVE_SPAN.format("b")}
    """  # noqa: S608 - column names of our own


TWO_LIVE_OF_PERSON = _two_live("person_id")
TWO_LIVE_OF_NUMBER = _two_live("number_index")
LINE_RUNG_TWICE = """
    SELECT c.sid, 'overlapped on the same line with ' || d.sid
      FROM network_calls c JOIN network_calls d ON d.line = c.line AND d.sid > c.sid
     WHERE c.outbound AND d.outbound
       AND tstzrange(c.dialled_at, coalesce(c.ended_at, 'infinity'))
           && tstzrange(d.dialled_at, coalesce(d.ended_at, 'infinity'))
       AND c.dialled_at IS NOT NULL AND d.dialled_at IS NOT NULL
"""

TWO_CALLS_FOR_ATTEMPT = """
    SELECT attempt_id, count(*) || ' calls were placed' FROM network_calls
     WHERE outbound AND attempt_id IS NOT NULL GROUP BY attempt_id HAVING count(*) > 1
"""
CALL_WITHOUT_INTENT = """
    SELECT c.sid, CASE WHEN a.id IS NULL THEN 'no attempt' ELSE 'intended only afterwards' END
      FROM network_calls c LEFT JOIN attempts a ON a.id = c.attempt_id
     WHERE c.outbound AND (a.id IS NULL OR a.intent_at_real > c.created_at)
"""
BOUND_TO_NO_CALL = """
    SELECT a.id, CASE WHEN c.sid IS NULL THEN 'the network knows no such call'
                      ELSE 'bound to the call of another attempt' END
      FROM attempts a LEFT JOIN network_calls c ON c.sid = a.provider_id
     WHERE a.channel = 'call' AND a.provider_id IS NOT NULL
       AND (c.sid IS NULL OR c.attempt_id IS DISTINCT FROM a.id)
"""

CALLED_THOUGH_SUPPRESSED = """
    SELECT c.sid, 'suppressed: ' || s.reason
      FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
      JOIN suppressions s ON s.person_id = a.person_id OR s.number_index = a.number_index
     WHERE c.outbound AND s.since <= a.decided_at
       AND (s.lifted_at IS NULL OR s.lifted_at > a.decided_at)
       AND (s.programme IS NULL OR s.programme = a.programme)
"""
CALLED_THOUGH_HELD = """
    SELECT c.sid, 'held: ' || h.reason
      FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
      JOIN holds h ON h.person_id = a.person_id
     WHERE c.outbound AND h.placed_at <= a.decided_at
       AND (h.released_at IS NULL OR h.released_at > a.decided_at)
       AND (h.referral_id IS NULL OR h.referral_id = a.referral_id)
"""
CALLED_THOUGH_GONE = """
    SELECT c.sid, 'the person was erased before'
      FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
      JOIN persons p ON p.id = a.person_id
     WHERE c.outbound AND p.erased_at <= a.decided_at
"""
DIALLED_THOUGH_CANCELLED = """
    SELECT c.sid, 'dialled more than two seconds after cancelling was asked'
      FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
     WHERE c.outbound AND c.dialled_at > a.cancel_asked_at_real + interval '2 seconds'
"""

_COUNTED = """
    SELECT id, placed_at, {subject} AS subject FROM attempts
     WHERE placed_at IS NOT NULL AND (disposition IS NULL OR disposition = ANY(:counting))
"""


def _over_cap(subject: str) -> str:
    counted = _COUNTED.format(subject=subject)
    return f"""
        SELECT id, 'over the cap of ' || what
          FROM (SELECT id,
                       count(*) OVER (PARTITION BY subject,
                                      (placed_at AT TIME ZONE 'Europe/London')::date) AS of_day,
                       count(*) OVER weeks AS of_week, count(*) OVER months AS of_month
                  FROM ({counted}) counted
                WINDOW weeks AS (PARTITION BY subject ORDER BY placed_at
                           RANGE BETWEEN '167:59:59.999999' PRECEDING AND CURRENT ROW),
                       months AS (PARTITION BY subject ORDER BY placed_at
                           RANGE BETWEEN '719:59:59.999999' PRECEDING AND CURRENT ROW)) tally,
               LATERAL (VALUES ('a day', of_day, CAST(:per_day AS integer)),
                               ('7 days', of_week, CAST(:per_7_days AS integer)),
                               ('30 days', of_month, CAST(:per_30_days AS integer)))
                       AS cap (what, number, most)
         WHERE number > most
    """  # noqa: S608 - column names of our own


OVER_CAP_OF_PERSON = _over_cap("person_id")
OVER_CAP_OF_NUMBER = _over_cap("number_index")


def _too_soon(subject: str) -> str:
    # A minute of grace: the order that spacing counts from and the ring are not one moment.
    return f"""
        SELECT sid, 'too soon after the call before'
          FROM (SELECT c.sid, c.dialled_shows,
                       max(c.dialled_shows) FILTER (
                           WHERE a.disposition IS NULL OR a.disposition = ANY(:counting))
                       OVER (PARTITION BY {subject} ORDER BY c.dialled_shows
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                  FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
                 WHERE c.outbound AND c.dialled_shows IS NOT NULL) spaced
         WHERE dialled_shows - before < make_interval(secs => :seconds) - interval '1 minute'
               * (SELECT coalesce(max(speed), 1) FROM clock)
    """  # noqa: S608 - column names of our own


TOO_SOON_FOR_PERSON = _too_soon("a.person_id")
TOO_SOON_FOR_NUMBER = _too_soon("a.number_index")

CONSENT_NOT_TOLD = """
    SELECT c.id, 'consents of this wording: ' || count(*) || ', told: ' || coalesce(o.told, 0)
      FROM (SELECT min(e.id::text) AS id, r.source_system, r.reference, e.purpose, e.decision,
                   e.wording_hash, count(*) AS heard
              FROM consent_events e LEFT JOIN referrals r ON r.id = e.referral_id
             GROUP BY 2, 3, 4, 5, 6) c
      LEFT JOIN (SELECT source_system, case_reference, body->>'purpose' AS purpose,
                        body->>'decision' AS decision, body->>'wording_hash' AS wording_hash,
                        count(*) AS told
                   FROM outbox WHERE type = 'consent' GROUP BY 1, 2, 3, 4, 5) o
             ON o.source_system = c.source_system AND o.case_reference = c.reference
            AND o.purpose = c.purpose AND o.decision = c.decision
            AND o.wording_hash = c.wording_hash
     WHERE c.heard <> coalesce(o.told, 0) GROUP BY c.id, o.told
"""
ATTEMPT_NOT_TOLD = """
    SELECT a.id, coalesce(o.told, 0) || ' records in the outbox, corrections: '
                 || coalesce(c.corrections, 0)
      FROM attempts a
      LEFT JOIN (SELECT attempt_id, count(*) AS corrections FROM attempt_events
                  WHERE source = 'correction' GROUP BY 1) c ON c.attempt_id = a.id
      LEFT JOIN (SELECT body->>'attempt' AS id, count(*) AS told FROM outbox
                  WHERE type = 'attempt' GROUP BY 1) o ON o.id = a.id::text
     WHERE a.ended_at IS NOT NULL AND coalesce(o.told, 0) <> 1 + coalesce(c.corrections, 0)
"""

END_WITHOUT_TIME = """
    SELECT id, 'is ' || state || CASE WHEN ended_at IS NULL THEN ' without an end'
                                      ELSE ' and has an end' END
      FROM attempts WHERE (ended_at IS NULL) <> (state = ANY(:live))
"""
CHANGED_AFTER_END = """
    SELECT a.id, 'is ' || a.state || ' after the report of ' || f.state
      FROM attempts a
      JOIN (SELECT DISTINCT ON (attempt_id) attempt_id, at, replace(status, '-', '_') AS state
              FROM attempt_events
             WHERE source IN ('status', 'poll') AND replace(status, '-', '_') = ANY(:final)
             ORDER BY attempt_id, id) f ON f.attempt_id = a.id
     WHERE a.state <> f.state AND (a.ended_at IS NULL OR f.at <= a.ended_at)
"""
WENT_BACK = """
    SELECT a.id, 'is ' || a.state || ' after the report of ' || e.status
      FROM attempts a JOIN attempt_events e ON e.attempt_id = a.id AND e.source = 'status'
     WHERE a.ended_at IS NULL
       AND array_position(:live, replace(e.status, '-', '_')) > array_position(:live, a.state)
"""
NOT_AS_THE_NETWORK_SAYS = """
    SELECT a.id, 'is ' || a.state || ', the network says ' || c.status
      FROM attempts a JOIN network_calls c ON c.sid = a.provider_id
     WHERE a.state = ANY(:final) AND c.ended_at IS NOT NULL AND c.status <> a.state
"""

# Only what is over can be corrected; a key in a call that goes on is no correction.
EVENT_FROM_NOWHERE = """
    SELECT a.id, 'event from ' || e.source
      FROM attempt_events e JOIN attempts a ON a.id = e.attempt_id
     WHERE e.source <> ALL(:sources) OR (e.source = 'status' AND a.provider_id IS NULL)
        OR (e.source = 'correction' AND a.ended_at IS NULL)
"""

ATTEMPT_WITHOUT_ALLOW = """
    SELECT a.id, 'no Allow at dispatch by the policy it names' FROM attempts a
     WHERE a.by = 'automatic' AND NOT EXISTS (
           SELECT FROM decisions d
            WHERE d.attempt_id = a.id AND d.person_id = a.person_id AND d.allowed
              AND d.moment = 'dispatch' AND d.means = 'automatic' AND d.channel = a.channel
              AND d.policy_version = a.policy_version)
"""
# A referral that the case store or the next file reclassified was rightly called before: the
# first refusal to call it because of that came later.
PROTECTED_CALLED_AUTOMATICALLY = """
    SELECT a.id, 'automatic, and the referral is ' || r.tier
      FROM attempts a JOIN referrals r ON r.id = a.referral_id
     WHERE a.by = 'automatic' AND r.tier <> 'standard'
       AND NOT EXISTS (SELECT FROM inbox_events i
                        WHERE i.source_system = r.source_system
                          AND i.case_reference = r.reference AND i.received_at > a.decided_at)
       AND a.decided_at >= coalesce(
           (SELECT min(d.at) FROM decisions d
             WHERE d.referral_id = r.id AND 'protected' = ANY(d.reasons)), '-infinity')
"""
