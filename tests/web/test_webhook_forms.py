"""The form of a webhook is read as the standard library reads it."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from contactbot.web.webhooks.forms import NOT_UTF_8, parse

WRITTEN = st.text(st.sampled_from("ab&=+%0C3aFf ŵ;é"), max_size=40)


@given(WRITTEN)
def test_any_body_is_read_as_the_standard_library_reads_it(body: str):
    assert parse(body) == parse_qsl(body, keep_blank_values=True, errors=NOT_UTF_8)


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_what_was_written_as_a_form_is_read_back(fields):
    fields = [(name, value) for name, value in fields if is_text(name + value)]
    assert parse(urlencode(fields)) == fields


def is_text(value: str) -> bool:
    return value.encode("utf-8", "replace").decode() == value
