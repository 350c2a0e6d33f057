"""Whatever bytes a file holds, it is refused whole, rejected by row, or read; nothing breaks."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.casestore.referral_file import FileRefused, open_referral_file
from contactbot.domain.referral_row import REQUIRED_COLUMNS, Reading, ReferralRow, read_row

READING = Reading(datetime(2026, 3, 23, 9, 0, tzinfo=UTC), allow_pretend=False)
GOOD = (
    "\ufeffreference,source_system,source,crime_group,flags,referred_at,family_name,phone\r\n"
    'A1,niche,self,theft,none,2026-03-20T14:00,"Llŷr, Siân",07700 900123\r\n'
    "A2,niche,self,theft,hate;repeat,20/03/2026 14:00,O’Neill,+44 7700 900124\r\n"
).encode()
HAZARDS = (
    *(b"\0", b"\r", b'"', b'""', b"\xff", b"\xc3", b"\xfe\xff", b"?", b"=", b"\n", b",", b";"),
    *(b"\x85", b"\xe2\x80\xa8", b"\x1b", b"'", b"4.477E+11", b"03/04/26", b"\xef\xbb\xbf"),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile") / "referrals.csv"


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 8), st.sampled_from(HAZARDS)),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_file_is_refused_rejected_or_read(path, wounds):
    content = GOOD
    for place, lost, put_in in wounds:
        content = content[:place] + put_in + content[place + lost :]
    path.write_bytes(content)
    with suppress(FileRefused), open_referral_file(path, REQUIRED_COLUMNS) as file:
        for row in file.rows():
            read = row.faults or read_row(row.cells, READING)
            assert isinstance(read, ReferralRow) or all(fault.remedy for fault in read)
            assert 2 <= row.line <= content.count(b"\n") + 1
