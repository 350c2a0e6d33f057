"""Words from which pretended people are made; no real person is meant by any of them."""

from typing import Final

GIVEN_NAMES: Final = (
    *("David", "John", "Gareth", "Rhys", "Ieuan", "Dafydd", "Owain", "Gethin", "Tomos", "Harri"),
    *("Sarah", "Emma", "Megan", "Carys", "Ffion", "Bethan", "Elin", "Catrin", "Rhiannon", "Nia"),
    *("Siân", "Llŷr", "Gwenllïan", "Siôn", "Anaïs", "Zoë", "Chloé", "Mair", "Angharad", "Lowri"),
    *("Mohammed", "Fatima", "Agnieszka", "Łukasz", "Niamh", "Seán", "Oluwaseun", "Mei", "José"),
    *("Anna-Marie", "Jo", "X", "Mary Jane", "D’Arcy", "Ŵyn", "Björn", "Thi Hồng", "Ng", "Null"),
)
# Wales has few surnames and many bearers; the commonest come first and are drawn most.
COMMON_FAMILY_NAMES: Final = (
    *("Jones", "Williams", "Davies", "Evans", "Thomas", "Roberts", "Lewis", "Hughes", "Morgan"),
    *("Griffiths", "Edwards", "Owen", "James", "Rees", "Morris", "Price", "Phillips", "Jenkins"),
)
FAMILY_NAMES: Final = (
    *("O’Neill", "O’Brien", "Ó Súilleabháin", "Ní Dhomhnaill", "Mac Giolla", "McAllister"),
    *("ap Rhys", "ab Owain", "ferch Llywelyn", "Llŷn", "Gruffydd-Môn", "Tŷ’r Bont", "Wyn-Jones"),
    *("Smith-Llewelyn", "van der Berg", "Müller", "Nowak", "Kowalczyk", "Nguyễn", "Okonkwo"),
    *("Begum", "Khan", "Ahmed", "Patel", "Li", "E", "D’Arcy-Llewelyn", "de la Cruz", "St. John"),
    "Cholmondeley-Featherstonehaugh-Marjoribanks-Wriothesley-Llanfairpwllgwyngyll",
    *("Pugh", "Bevan", "Probert", "Prosser", "Gwilym", "Trahaearn", "Blaenau", "Carne", "Vaughan"),
)
STREETS: Final = (
    *("Heol y Bont", "Stryd Fawr", "Ffordd y Môr", "Commercial Road", "Chapel Street", "Tŷ Coch"),
    *("Maes y Dderwen", "Lôn Wen", "Station Terrace", "Bryn Teg", "Cwrt Llwyd", "Llys Gwyn"),
)
AREAS: Final = ("Newport", "Caerphilly", "Torfaen", "Monmouthshire", "Blaenau Gwent")
COMPANIES: Final = ("Siop y Gornel Cyf", "Bakery & Sons Ltd", "Garej Cwm", "Corner Stores (NP) Ltd")
GENDERS: Final = ("female", "male", "other", "prefer not to say")
ETHNICITIES: Final = (
    "White - Welsh",
    "White - British",
    "Asian",
    "Black",
    "Mixed",
    "Gypsy/Traveller",
)
ORIENTATIONS: Final = ("heterosexual", "gay or lesbian", "bisexual", "prefer not to say")
UNKNOWN_FLAGS: Final = ("dv", "hate crime", "child_at_risk", "perygl", "vuln")
BURGLARIES: Final = ("burglary_dwelling", "burglary_shed")
OFFENCE_CODES: Final = ("105/01", "058D", "8N", "")
NOTES: Final = (
    "Prefers to be called in the evening.",
    "Wedi gofyn am siarad Cymraeg; mae’r ci’n cyfarth wrth y drws.",
    "- officer left a card\n- no answer at the door",
    "Said “call my sister first”, then changed her mind.",
)
