"""The handset page's own words in English and Welsh (the Welsh is a draft nobody has reviewed)."""

from collections.abc import Mapping
from types import MappingProxyType

from contactbot.phonenet.people import Behaviour
from contactbot.phonenet.records import CallStatus

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "cy": "Cymraeg"})

# Each row: English, Welsh.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title": ("Pretended telephones", "Ffonau esgus"),
        "language": ("Language", "Iaith"),
        "made_up": (
            (
                "Everybody here is made up, and no real telephone can ring. Play somebody who is"
                " rung: answer, read what is said, press keys."
            ),
            (
                "Pobl ddychmygol sydd yma, ac ni all unrhyw ffôn go iawn ganu. Chwaraewch ran"
                " rhywun sy’n cael galwad: atebwch, darllenwch yr hyn a ddywedir, pwyswch fotymau."
            ),
        ),
        "take_next": ("Take the next call", "Cymerwch yr alwad nesaf"),
        "next_any": ("The next call, whoever it is for", "Yr alwad nesaf, i bwy bynnag y mae"),
        "next_cy": ("The next call to a Welsh speaker", "Yr alwad nesaf i siaradwr Cymraeg"),
        "next_en": ("The next call to an English speaker", "Yr alwad nesaf i siaradwr Saesneg"),
        "waiting": (
            "Waiting for the next call. This page turns into the telephone when it rings.",
            "Yn aros am yr alwad nesaf. Bydd y dudalen hon yn troi’n ffôn pan fydd yn canu.",
        ),
        "choose": ("Choose a telephone", "Dewiswch ffôn"),
        "none_yet": ("No telephone has rung yet.", "Nid oes yr un ffôn wedi canu eto."),
        "rung_lately": ("Telephones rung lately", "Ffonau a ganodd yn ddiweddar"),
        "number": ("Number", "Rhif"),
        "speaks": ("Speaks", "Iaith"),
        "who": ("Who answers", "Pwy sy’n ateb"),
        "last_call": ("Last call", "Yr alwad ddiwethaf"),
        "other_number": ("Another number, written +44…", "Rhif arall, yn dechrau â +44…"),
        "open": ("Show this telephone", "Dangos y ffôn hwn"),
        "telephone": ("Telephone {number}", "Ffôn {number}"),
        "back": ("All telephones", "Pob ffôn"),
        "in_hand": ("You hold this telephone.", "Chi sy’n dal y ffôn hwn."),
        "by_itself": (
            "This telephone is answered without you: {who}.",
            "Mae’r ffôn hwn yn cael ei ateb hebddoch chi: {who}.",
        ),
        "take": ("Take it in your hand", "Cymryd y ffôn"),
        "give_back": ("Give it back", "Rhoi’r ffôn yn ôl"),
        "card": ("The code on your card is {code}.", "Y cod ar eich cerdyn yw {code}."),
        "you_speak_cy": ("You speak Welsh.", "Rydych chi’n siarad Cymraeg."),
        "you_speak_en": ("You speak English.", "Rydych chi’n siarad Saesneg."),
        "lock_screen": (
            "Lock screen: what anybody can see",
            "Sgrin glo: yr hyn y gall unrhyw un ei weld",
        ),
        "lock_empty": ("Nothing is shown.", "Nid oes dim yn cael ei ddangos."),
        "missed": ("Missed call from {number}", "Galwad a gollwyd gan {number}"),
        "incoming": ("{number} is ringing", "Mae {number} yn ffonio"),
        "text_from": ("Text from {number}: {start}", "Neges gan {number}: {start}"),
        "no_call": ("No call", "Dim galwad"),
        "talking": ("On the line with {number}", "Ar y ffôn gyda {number}"),
        "ended": ("The call is over: {how}", "Mae’r alwad ar ben: {how}"),
        "answer": ("Answer", "Ateb"),
        "decline": ("Decline", "Gwrthod"),
        "hang_up": ("Hang up", "Rhoi’r ffôn i lawr"),
        "ring_back": ("Ring {number}", "Ffonio {number}"),
        "keypad": ("Keys", "Botymau"),
        "star": ("star", "seren"),
        "hash": ("hash", "stwnsh"),
        "heard": ("What is said on the line", "Yr hyn a ddywedir ar y ffôn"),
        "nothing_heard": ("Nothing has been said.", "Nid oes dim wedi’i ddweud."),
        "said_in_cy": ("In Welsh:", "Yn Gymraeg:"),
        "said_in_en": ("In English:", "Yn Saesneg:"),
        "you_pressed": ("Pressed: {keys}", "Pwyswyd: {keys}"),
        "texts": ("Texts", "Negeseuon testun"),
        "no_texts": ("There are no texts.", "Nid oes negeseuon testun."),
        "text_got": ("Received", "Derbyniwyd"),
        "text_sent": ("Sent", "Anfonwyd"),
        "write": ("Write a text to {number}", "Ysgrifennu neges i {number}"),
        "send": ("Send", "Anfon"),
        "refused": ("That is not possible just now.", "Nid yw hynny’n bosibl ar hyn o bryd."),
        "no_script": (
            (
                "Without JavaScript this page shows telephones, but its buttons do nothing; load it"
                " again to see what is new."
            ),
            (
                "Heb JavaScript mae’r dudalen hon yn dangos ffonau, ond nid yw’r botymau’n"
                " gweithio; llwythwch hi eto i weld beth sy’n newydd."
            ),
        ),
    }
)
WHO: Mapping[Behaviour, tuple[str, str]] = MappingProxyType(
    {
        Behaviour.OPTS_IN: ("says yes to support", "yn derbyn cymorth"),
        Behaviour.DECLINES: ("says no to support", "yn gwrthod cymorth"),
        Behaviour.ASKS_FOR_SLOT: (
            "asks to be rung at a time",
            "yn gofyn am alwad ar amser penodol",
        ),
        Behaviour.ASKS_FOR_PERSON: ("asks for a person", "yn gofyn am siarad â pherson"),
        Behaviour.DO_NOT_RING: ("asks never to be rung again", "yn gofyn am beidio â’i ffonio eto"),
        Behaviour.NOBODY: ("nobody answers", "does neb yn ateb"),
        Behaviour.VOICEMAIL: ("voicemail answers", "peiriant sy’n ateb"),
        Behaviour.FAX: ("a fax machine answers", "peiriant ffacs sy’n ateb"),
        Behaviour.BUSY: ("always engaged", "yn brysur o hyd"),
        Behaviour.CARRIER_FAILURE: ("cannot be reached", "nid oes modd ei gyrraedd"),
        Behaviour.SOMEBODY_ELSE: ("somebody else answers", "rhywun arall sy’n ateb"),
        Behaviour.NOT_ALONE: ("is not alone", "nid yw ar ei ben ei hun"),
        Behaviour.WRONG_CODE: ("keys a wrong code", "yn pwyso cod anghywir"),
        Behaviour.HANGS_UP: ("hangs up in the middle", "yn rhoi’r ffôn i lawr yn y canol"),
        Behaviour.SILENT: ("presses nothing", "nid yw’n pwyso dim"),
        Behaviour.MISSES_FIRST: ("misses the first call", "yn colli’r alwad gyntaf"),
        Behaviour.SLOW: ("is slow to press", "yn araf i bwyso"),
        Behaviour.STRAY_KEYS: ("presses a wrong key first", "yn pwyso botwm anghywir yn gyntaf"),
        Behaviour.BY_HAND: ("you", "chi"),
        Behaviour.UNREACHABLE: ("does not exist", "nid yw’n bodoli"),
        Behaviour.BARRED: ("may not be rung", "ni chaniateir ei ffonio"),
    }
)
HOW: Mapping[CallStatus, tuple[str, str]] = MappingProxyType(
    {
        CallStatus.QUEUED: ("waiting its turn", "yn aros ei thro"),
        CallStatus.INITIATED: ("being dialled", "yn cael ei deialu"),
        CallStatus.RINGING: ("ringing", "yn canu"),
        CallStatus.IN_PROGRESS: ("on the line", "ar y ffôn"),
        CallStatus.COMPLETED: ("hung up", "wedi gorffen"),
        CallStatus.BUSY: ("engaged or declined", "yn brysur neu wedi’i gwrthod"),
        CallStatus.NO_ANSWER: ("not answered", "heb ei hateb"),
        CallStatus.FAILED: ("failed", "wedi methu"),
        CallStatus.CANCELED: ("called off", "wedi’i chanslo"),
    }
)


def said(pair: tuple[str, str], language: str) -> str:
    """The words of one row in the language of the page."""
    return pair[language == "cy"]


def word(name: str, language: str, **values: str) -> str:
    """A sentence of the page, its braces filled."""
    return said(WORDS[name], language).format(**values)
