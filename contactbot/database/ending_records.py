"""The end of attempts in the database: closed, planned, told and audited, one or many at once."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import text

from contactbot.database.outbox_records import Fact, add_to_outbox
from contactbot.database.row_sets import row_set
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import LIVE, AttemptState
from contactbot.domain.referral import STATE_GROUPS, StateGroup
from contactbot.ports.endings import Closing, NextStep

_CLOSE = text("""
    UPDATE attempts a
       SET state = :state, disposition = e.disposition, aapor = e.aapor, ending = e.ending,
           seconds = :seconds, ended_at = :now
      FROM json_to_recordset(CAST(:rows AS json))
        AS e(attempt_id uuid, disposition text, aapor text, ending text)
     WHERE a.id = e.attempt_id AND a.state = ANY(:live)
    RETURNING a.id
""")
_STEP = text("""
    WITH step AS (
        SELECT * FROM json_to_recordset(CAST(:rows AS json))
            AS s(referral_id uuid, state text, route text, due_at timestamptz,
                 breach_at timestamptz, reasons text[], tries int, contacted bool, attempt text,
                 detail jsonb)),
    trail AS (
        INSERT INTO audit (actor, action, subject_type, subject_id, detail, at)
        SELECT 'outreach', 'attempt_ended', 'attempt', attempt, detail, :now FROM step)
    UPDATE referrals r
       SET state = s.state, route = s.route, due_at = s.due_at, breach_at = s.breach_at,
           withheld_because = s.reasons, updated_at = :now,
           tries = r.tries + s.tries,
           first_contact_at = CASE WHEN s.contacted THEN coalesce(r.first_contact_at, :now)
                                   ELSE r.first_contact_at END
      FROM step s WHERE r.id = s.referral_id
""")
_LIVE_STATES = [str(state) for state in LIVE]


class EndingRecords(Transaction):
    """The part of a transaction in which attempts end (promises: contactbot.ports.endings)."""

    def close_attempts(
        self, closings: Sequence[Closing], state: AttemptState, seconds: int | None
    ) -> set[UUID]:
        """End live attempts for good."""
        closed = self.connection.execute(
            _CLOSE,
            {
                "rows": row_set(asdict(closing) for closing in closings),
                "state": str(state),
                "seconds": seconds,
                "now": self.instant.calendar,
                "live": _LIVE_STATES,
            },
        )
        return set(closed.scalars())

    def take_steps(self, steps: Sequence[NextStep]) -> None:
        """Store each referral's next step, with word of it to the case store and the audit row."""
        if not steps:
            return
        rows = row_set(_row(step) for step in steps)
        self.connection.execute(_STEP, {"rows": rows, "now": self.instant.calendar})
        add_to_outbox(self.connection, [fact for step in steps for fact in self._facts(step)])

    def _facts(self, step: NextStep) -> Sequence[Fact]:
        """Word of the attempt, and of the referral's new state."""
        at = self.instant.calendar
        told = [("attempt", step.body)]
        if str(step.plan.state) != step.state:
            told.append(("status", {"state": str(step.plan.state)}))
        return [
            Fact(
                type=kind,
                case_reference=step.reference,
                source_system=step.source_system,
                occurred_at=at,
                recorded_at=at,
                body=body,
            )
            for kind, body in told
        ]


def _row(step: NextStep) -> dict[str, object]:
    plan = step.plan
    return {
        "referral_id": step.referral_id,
        "state": plan.state,
        "route": plan.route,
        "due_at": plan.due_at,
        "breach_at": plan.breach_at,
        "reasons": plan.reasons,
        "tries": int(step.tried),
        "contacted": STATE_GROUPS[plan.state] is StateGroup.CONTACTED,
        "attempt": step.attempt_id,
        "detail": {"disposition": step.disposition},
    }
