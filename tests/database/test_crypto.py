"""What is sealed opens only where it was sealed, for whom, and with the right key."""

import hmac
import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.database.crypto import Keyring, SealBroken

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
INDEX_OLD, INDEX_NEW = (bytes([number]) * 32 for number in (8, 9))
ROW = UUID(int=7)
KEYS = Keyring([OLD], [INDEX_OLD])

welsh_text = st.one_of(
    st.text(),
    st.text(alphabet="âêîôûŵŷÂÊÎÔÛŴŶäëïöüẅÿáàéèíìóòúù’ -abcdefghilmnoprstuwy"),
)


@given(text=welsh_text, row=st.uuids())
def test_a_text_comes_back_as_it_was_sealed(text: str, row: UUID) -> None:
    text = unicodedata.normalize("NFC", text)
    box = KEYS.open_box(KEYS.new_person_key())
    assert (
        box.open("persons", "given_name", row, box.seal("persons", "given_name", row, text)) == text
    )


def test_the_same_text_is_never_sealed_the_same_twice() -> None:
    box = KEYS.open_box(KEYS.new_person_key())
    assert len({box.seal("persons", "address", ROW, "Tŷ Gŵyn") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("numbers", "given_name", ROW),
        ("persons", "family_name", ROW),
        ("persons", "given_name", UUID(int=8)),
    ],
)
def test_a_moved_ciphertext_is_refused(table: str, column: str, row: UUID) -> None:
    box = KEYS.open_box(KEYS.new_person_key())
    sealed = box.seal("persons", "given_name", ROW, "Siân")
    with pytest.raises(SealBroken) as refusal:
        box.open(table, column, row, sealed)
    assert "Siân" not in str(refusal.value)
    assert refusal.value.__suppress_context__


@given(position=st.integers(0, 31), bit=st.integers(0, 7))
def test_a_changed_ciphertext_is_refused(position: int, bit: int) -> None:
    box = KEYS.open_box(KEYS.new_person_key())
    sealed = bytearray(box.seal("persons", "given_name", ROW, "Siân"))
    sealed[position] ^= 1 << bit
    with pytest.raises(SealBroken):
        box.open("persons", "given_name", ROW, bytes(sealed))


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_cut_ciphertext_is_refused(length: int) -> None:
    box = KEYS.open_box(KEYS.new_person_key())
    with pytest.raises(SealBroken):
        box.open("persons", "given_name", ROW, box.seal("persons", "given_name", ROW, "")[:length])


def test_one_persons_key_opens_nothing_of_anothers() -> None:
    mine, theirs = (KEYS.open_box(KEYS.new_person_key()) for _ in range(2))
    with pytest.raises(SealBroken):
        mine.open("persons", "email", ROW, theirs.seal("persons", "email", ROW, "a"))


def test_the_database_without_its_key_opens_nothing() -> None:
    wrapped = KEYS.new_person_key()
    with pytest.raises(SealBroken):
        Keyring([OTHER], [INDEX_OLD]).open_box(wrapped)


def test_rotation_reads_the_old_and_writes_the_new() -> None:
    wrapped = KEYS.new_person_key()
    sealed = KEYS.open_box(wrapped).seal("persons", "email", ROW, "dŵr@example.org")
    both = Keyring([NEW, OLD], [INDEX_OLD])
    assert both.open_box(wrapped).open("persons", "email", ROW, sealed) == "dŵr@example.org"
    rewrapped = both.rewrap(wrapped)
    only_new = Keyring([NEW], [INDEX_OLD])
    assert only_new.open_box(rewrapped).open("persons", "email", ROW, sealed) == "dŵr@example.org"
    assert both.rewrap(rewrapped) == rewrapped
    with pytest.raises(SealBroken):
        only_new.open_box(wrapped)


def test_a_changed_wrapped_key_is_refused() -> None:
    wrapped = bytearray(KEYS.new_person_key())
    wrapped[-1] ^= 1
    with pytest.raises(SealBroken):
        KEYS.open_box(bytes(wrapped))


def test_blind_indexes_agree_within_a_purpose_and_nowhere_else() -> None:
    assert KEYS.blind("number", "+447700900123") == KEYS.blind("number", "+447700900123")
    assert KEYS.blind("number", "+447700900123") != KEYS.blind("postcode", "+447700900123")
    assert KEYS.blind("a", "bc") != KEYS.blind("ab", "c")
    assert len(KEYS.blind("number", "")) == 16


def test_during_rotation_a_value_is_looked_for_under_every_index_key() -> None:
    old = KEYS.blind("number", "+447700900123")
    rotating = Keyring([OLD], [INDEX_NEW, INDEX_OLD])
    assert old in rotating.blind_all("number", "+447700900123")
    assert rotating.blind_all("number", "x")[0] == rotating.blind("number", "x") != old


@pytest.mark.parametrize(
    ("encryption", "index", "fault"),
    [
        ([OLD, b"short"], [INDEX_OLD], "encryption key number 2"),
        ([OLD], [b"x" * 33], "index key number 1"),
        ([], [INDEX_OLD], "no encryption key"),
        ([OLD], [], "no index key"),
    ],
)
def test_a_wrong_key_is_named_and_not_shown(
    encryption: list[bytes], index: list[bytes], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault) as refusal:
        Keyring(encryption, index)
    assert "short" not in str(refusal.value)


@given(
    purpose=st.sampled_from(["number", "row"]),
    value=st.text(st.characters(codec="utf-8")),
    key=st.binary(min_size=32, max_size=32),
)
def test_an_index_is_the_published_hmac(purpose: str, value: str, key: bytes) -> None:
    expected = hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256")[:16]
    assert Keyring([OLD], [key]).blind(purpose, value) == expected


def test_sealing_together_is_sealing_one_by_one() -> None:
    box = KEYS.new_box()[1]
    sealed = box.seal_all("persons", ROW, {"email": "sian@example.org", "address": ""})
    assert sealed[1] is None
    assert box.open("persons", "email_sealed", ROW, sealed[0] or b"") == "sian@example.org"
