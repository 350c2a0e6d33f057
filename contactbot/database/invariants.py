"""The invariants of safety, checked on the database and on what the phone network really saw."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from contactbot.database import invariant_queries as query
from contactbot.database import invariant_texts as texts
from contactbot.database.crypto import Keyring
from contactbot.database.invariant_leaks import hosts_not_allowed, personal_data_in_logs
from contactbot.database.invariant_scene import Evidence, Find, Scene, Violation, read_scene
from contactbot.database.invariant_windows import called_outside_hours
from contactbot.database.invariant_words import told_too_early, unapproved_before_key
from contactbot.domain.attempts import LIVE, RANK
from contactbot.domain.policy import Policy

FINAL_AT_PROVIDER = ["completed", "no_answer", "busy", "failed", "canceled"]
LIVE_IN_ORDER = [str(state) for state in sorted(LIVE, key=RANK.__getitem__)]
SOURCES = ["status", "dispatcher", "reconciler", "poll", "correction"]


@dataclass(frozen=True, slots=True)
class Check:
    """One predicate: the invariant it belongs to, what holds if it finds nothing, how to look."""

    invariant: str
    sentence: str
    find: Find


def check_invariants(
    engine: Engine, keyring: Keyring, policy: Policy, evidence: Evidence
) -> list[Violation]:
    """Every row that breaks an invariant; [] is what a release needs.

    The calls of `evidence` are to be read while nothing is in flight, and the database after them.
    """
    snapshot = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with snapshot as connection:
        scene = read_scene(connection, keyring, policy, evidence)
        return [
            Violation(check.invariant, str(subject), f"{check.sentence} Not so: {detail}.")
            for check in CHECKS
            for subject, detail in check.find(scene)
        ]


def _by(statement: str, **values: object) -> Find:
    """A check that a query decides."""

    def find(scene: Scene) -> Iterator[tuple[str, str]]:
        for row in scene.rows(statement, **values):
            yield row[0], row[1]

    return find


def _by_limits(statement: str) -> Find:
    """A check of caps, with the policy's numbers."""

    def find(scene: Scene) -> Iterator[tuple[str, str]]:
        limits = scene.policy.limits
        counting = [row.name for row in scene.policy.dispositions if row.cap]
        yield from _by(
            statement,
            counting=counting,
            per_day=limits.per_day,
            per_7_days=limits.per_7_days,
            per_30_days=limits.per_30_days,
        )(scene)

    return find


def _by_spacing(statement: str) -> Find:
    """A check of spacing, with the policy's hours."""

    def find(scene: Scene) -> Iterator[tuple[str, str]]:
        counting = [row.name for row in scene.policy.dispositions if row.spacing]
        seconds = scene.policy.limits.spacing_hours * 3600
        yield from _by(statement, counting=counting, seconds=seconds)(scene)

    return find


CHECKS = (
    Check("I1", "A person has one live attempt at a time.", _by(query.TWO_LIVE_OF_PERSON)),
    Check("I1", "A number has one live attempt at a time.", _by(query.TWO_LIVE_OF_NUMBER)),
    Check("I1", "A line is rung once at a time.", _by(query.LINE_RUNG_TWICE)),
    Check("I2", "An attempt is at most one call.", _by(query.TWO_CALLS_FOR_ATTEMPT)),
    Check("I2", "A call was intended before it was placed.", _by(query.CALL_WITHOUT_INTENT)),
    Check("I2", "An attempt is bound to its own call.", _by(query.BOUND_TO_NO_CALL)),
    Check("I3", "Nobody suppressed is called.", _by(query.CALLED_THOUGH_SUPPRESSED)),
    Check("I3", "Nobody held is called.", _by(query.CALLED_THOUGH_HELD)),
    Check("I3", "Nobody erased is called.", _by(query.CALLED_THOUGH_GONE)),
    Check("I3", "Nobody suppressed or held is texted.", _by(texts.TEXTED_THOUGH_STOPPED)),
    Check("I3", "A call that is cancelled stops.", _by(query.DIALLED_THOUGH_CANCELLED)),
    Check("I4", "Telephones ring inside the person’s hours.", called_outside_hours),
    Check("I5", "A person is tried no more than the caps.", _by_limits(query.OVER_CAP_OF_PERSON)),
    Check("I5", "A number is tried no more than the caps.", _by_limits(query.OVER_CAP_OF_NUMBER)),
    Check("I6", "Calls to a person are spaced.", _by_spacing(query.TOO_SOON_FOR_PERSON)),
    Check("I6", "Calls to a number are spaced.", _by_spacing(query.TOO_SOON_FOR_NUMBER)),
    Check("I7", "Nothing is told before identity and privacy.", told_too_early),
    Check("I8", "Before a key only neutral lines are heard.", unapproved_before_key),
    Check("I9", "A text is a message of the closed set.", texts.texts_not_ordered),
    Check("I9", "A text attempt says what it sent.", _by(texts.TEXT_NOT_KEPT)),
    Check("I9", "Texts go to who said yes to them.", _by(texts.TEXTED_WITHOUT_YES)),
    Check("I9", "A referral is invited once.", _by(texts.TWO_INVITATIONS)),
    Check("I12", "Each consent is in the outbox once.", _by(query.CONSENT_NOT_TOLD)),
    Check(
        "I12",
        "Each ended attempt is in the outbox once, and once more for each correction.",
        _by(query.ATTEMPT_NOT_TOLD),
    ),
    Check(
        "I14",
        "An attempt has an end exactly when it is over.",
        _by(query.END_WITHOUT_TIME, live=LIVE_IN_ORDER),
    ),
    Check("I14", "An end is final.", _by(query.CHANGED_AFTER_END, final=FINAL_AT_PROVIDER)),
    Check("I14", "An attempt never goes back.", _by(query.WENT_BACK, live=LIVE_IN_ORDER)),
    Check(
        "I14",
        "An attempt ended as the network saw it.",
        _by(query.NOT_AS_THE_NETWORK_SAYS, final=FINAL_AT_PROVIDER),
    ),
    Check("I18", "Logs hold no personal data.", personal_data_in_logs),
    Check(
        "I19",
        "Events come from known sources about placed calls.",
        _by(query.EVENT_FROM_NOWHERE, sources=SOURCES),
    ),
    Check("I20", "Requests go to allowed hosts only.", hosts_not_allowed),
    Check("I21", "An automatic attempt was allowed.", _by(query.ATTEMPT_WITHOUT_ALLOW)),
    Check(
        "I21", "Nobody protected is called by machine.", _by(query.PROTECTED_CALLED_AUTOMATICALLY)
    ),
)
