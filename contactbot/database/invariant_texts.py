"""What handsets were texted: only messages of the closed set, ordered, and to who said yes."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from contactbot.database.invariant_scene import Scene

_ORDERED = """
    SELECT a.token, s.message, s.form
      FROM attempts a JOIN sent_texts s ON s.attempt_id = a.id
"""
TEXTED_WITHOUT_YES = """
    SELECT a.id, 'nobody had said yes to texts' FROM attempts a
     WHERE a.channel = 'text' AND a.by = 'automatic'
       AND (SELECT c.safe_text FROM contact_profiles c
             WHERE c.person_id = a.person_id AND c.recorded_at <= a.decided_at
             ORDER BY c.version DESC LIMIT 1) IS DISTINCT FROM 'yes'
"""
TWO_INVITATIONS = """
    SELECT min(a.id::text), count(*) || ' invitations of one referral arrived'
      FROM attempts a JOIN sent_texts s ON s.attempt_id = a.id
     WHERE a.disposition = 'text_delivered'
     GROUP BY a.referral_id, s.message HAVING count(*) > 1
"""
TEXT_NOT_KEPT = """
    SELECT id, 'nothing says what was sent' FROM attempts
     WHERE channel = 'text'
       AND NOT EXISTS (SELECT FROM sent_texts s WHERE s.attempt_id = attempts.id)
"""
TEXTED_THOUGH_STOPPED = """
    SELECT a.id, 'suppressed: ' || s.reason
      FROM attempts a
      JOIN suppressions s ON s.person_id = a.person_id OR s.number_index = a.number_index
     WHERE a.channel = 'text' AND a.provider_id IS NOT NULL AND s.since <= a.decided_at
       AND (s.lifted_at IS NULL OR s.lifted_at > a.decided_at)
       AND (s.programme IS NULL OR s.programme = a.programme)
    UNION ALL
    SELECT a.id, 'held: ' || h.reason
      FROM attempts a JOIN holds h ON h.person_id = a.person_id
     WHERE a.channel = 'text' AND a.provider_id IS NOT NULL AND h.placed_at <= a.decided_at
       AND (h.released_at IS NULL OR h.released_at > a.decided_at)
       AND (h.referral_id IS NULL OR h.referral_id = a.referral_id)
"""


def texts_not_ordered(scene: Scene) -> Iterator[tuple[str, str]]:
    """Texts to handsets whose words are not the very message that an attempt was to send."""
    ordered = {row.token: row for row in scene.rows(_ORDERED)}
    seen: set[str] = set()
    for text in scene.evidence.texts:
        if not str(text["direction"]).startswith("outbound"):
            continue
        token = _token(text)
        row = ordered.get(token)
        if row is None:
            yield text["sid"], "no attempt ordered it"
        elif text["body"] != scene.evidence.bodies.get(row.message, {}).get(row.form):
            yield text["sid"], "its words are not those of the message"
        elif token in seen:
            yield text["sid"], "its attempt had been sent before"
        seen.add(token)


def _token(text: Mapping[str, Any]) -> str:
    """The last part of the address for reports."""
    return urlsplit(text["status_url"] or "").path.rpartition("/")[2]
