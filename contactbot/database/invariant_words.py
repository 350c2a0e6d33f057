"""What handsets heard, and when: nothing that tells before the person is known to be alone."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from contactbot.database.crypto import PersonBox
from contactbot.database.invariant_scene import Scene, SeenCall

# Beginnings of words that tell what a call is about. Chosen apart from the list that scripts are
# proved with; Welsh ones stand in each mutation that begins differently.
TELLING = (
    *("police", "policing", "constable", "detective", "crime", "criminal", "victim", "survivor"),
    *("offence", "offender", "suspect", "burglar", "theft", "robber", "assault", "violen", "abus"),
    *("harass", "stalk", "domestic", "rape", "sexual", "court", "witness", "support", "incident"),
    *("heddlu", "heddwas", "plismon", "blismon", "trosedd", "drosedd", "throsedd", "nhrosedd"),
    *("dioddef", "ddioddef", "nioddef", "goroesw", "oroesw", "ngoroesw", "troseddwr", "byrgler"),
    *("fyrgler", "mwrgler", "bwrgler", "fwrgler", "lladrad", "ladrad", "ymosod", "trais", "drais"),
    *("thrais", "nhrais", "cam-drin", "gam-drin", "cham-drin", "ngham-drin", "aflonydd", "stelc"),
    *("rhywiol", "rywiol", "llys", "lys", "tyst", "dyst", "thyst", "cefnog", "gefnog", "chefnog"),
    *("nghefnog", "cymorth", "gymorth", "chymorth", "nghymorth", "digwyddiad", "ddigwyddiad"),
    *("gwent", "went police", "dyfed", "powys", "goleudy", "oleudy", "connect gwent"),
)
_TELLING = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, TELLING))})", re.IGNORECASE)

_CODES = """
    SELECT a.id AS attempt, r.id AS referral, r.contact_code_sealed, p.key_wrapped
      FROM network_calls c JOIN attempts a ON a.id = c.attempt_id
      JOIN persons p ON p.id = a.person_id JOIN referrals r ON r.person_id = p.id
     WHERE r.contact_code_sealed IS NOT NULL AND p.key_wrapped IS NOT NULL
"""


def told_too_early(scene: Scene) -> Iterator[tuple[str, str]]:
    """Calls on which a telling word came before the right code and then the key for alone."""
    codes = _codes(scene)
    for call in scene.calls:
        own = codes.get(call.attempt_id, set()) if call.attempt_id else set()
        alone_since = when_alone(call, own)
        for at, words in call.utterances:
            if _TELLING.search(words) and (alone_since is None or at < alone_since):
                yield call.sid, "a telling word was heard before identity and privacy"
                break


def when_alone(call: SeenCall, codes: set[str]) -> datetime | None:
    """When the right code and, as the next answer, `1` had been keyed; None if they never were."""
    keys = iter(call.keys)
    for _, pressed in keys:
        if pressed.strip("#*") in codes:
            break
    for at, pressed in keys:
        if pressed == "*":
            next(keys, None)  # what follows a star chooses from the menu of help
        elif pressed == "1":
            return at
        elif pressed == "2":
            return None
    return None


def unapproved_before_key(scene: Scene) -> Iterator[tuple[str, str]]:
    """Calls on which anything but the neutral lines was heard before a key was pressed."""
    neutral = {" ".join(line.split()) for line in scene.evidence.neutral_lines}
    for call in scene.calls:
        first_key = next((at for at, pressed in call.keys if pressed), None)
        for at, words in call.utterances:
            if words not in neutral and (first_key is None or at < first_key):
                yield call.sid, "something else than a neutral line was heard before a key"
                break


def _codes(scene: Scene) -> Mapping[UUID, set[str]]:
    """The contact codes of the person of each attempt."""
    boxes: dict[bytes, PersonBox] = {}
    codes: dict[UUID, set[str]] = {}
    for row in scene.rows(_CODES):
        box = boxes.setdefault(row.key_wrapped, scene.keyring.open_box(row.key_wrapped))
        code = box.open("referrals", "contact_code_sealed", row.referral, row.contact_code_sealed)
        codes.setdefault(row.attempt, set()).add(code)
    return codes
