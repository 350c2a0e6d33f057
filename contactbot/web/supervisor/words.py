"""Why a case is held, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from contactbot.domain.dispositions import Disposition
from contactbot.domain.intake import HoldReason
from contactbot.domain.wording import translatable

ANOTHER = translatable("Another reason")
HELD: Mapping[str, str] = MappingProxyType(
    {
        HoldReason.SHARED_NUMBER: translatable("Two people have this number"),
        HoldReason.SUSPECT_NUMBER: translatable("The number is, or nearly is, a suspect’s"),
        HoldReason.ALSO_SUSPECT: translatable("The person is also a suspect"),
        HoldReason.BUSINESS_WITHOUT_CONTACT: translatable("A business without a named contact"),
        HoldReason.IN_CUSTODY: translatable("The person is in custody"),
        HoldReason.CONTRADICTING_ROWS: translatable("The sources contradict each other"),
        "not_alone_by_hand": translatable(
            "On a call by hand: not alone, or somebody else answered"
        ),
        "second_call_seen": translatable("The provider reported a call that is not ours"),
        "case_unreadable": translatable("The case cannot be read"),
        "opted_out_by_ring_back": translatable("Somebody rang back and asked not to be rung"),
        Disposition.WRONG_CODE: translatable("Nobody could show who they are"),
        Disposition.ERROR: translatable("A call ended by a fault of ours"),
        Disposition.UNKNOWN: translatable("Nobody knows whether a call was made"),
        "second_text_seen": translatable("The provider reported a text that is not ours"),
        "text_emergency": translatable("A text says that there is danger now"),
        "text_distress": translatable("A text says that somebody needs a person soon"),
        "text_not_safe": translatable("A text says that it is not safe to talk"),
        "text_third_party": translatable("A text came from somebody else"),
        "text_wrong_number": translatable("A text says that the number is wrong"),
    }
)
