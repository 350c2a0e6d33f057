"""Pages are wholly Welsh or wholly English, as chosen, and the switch leads nowhere else."""

import pytest
from flask import Flask

from contactbot.ports.translator import MissingTranslation
from contactbot.web.language import _ as words


@pytest.mark.parametrize(("code", "said"), [("cy", "Nid oes tudalen"), ("en", "There is no such")])
def test_a_page_is_in_the_language_chosen(client, code, said):
    client.get(f"/language/{code}")
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert said in page.text
    assert f'<html lang="{code}"' in page.text
    assert page.headers["Content-Language"] == code


def test_the_language_a_browser_asks_for_counts_until_one_is_chosen(client):
    page = client.get("/nowhere", headers={"Accept-Language": "cy-GB, en;q=0.5"})
    assert '<html lang="cy"' in page.text


def test_every_page_offers_the_other_language_under_its_own_name(client):
    page = client.get("/nowhere").text
    assert 'href="/language/cy?next=/nowhere" lang="cy" hreflang="cy"' in page
    assert ">Cymraeg<" in page
    assert '<span aria-current="true">English</span>' in page


def test_choosing_a_language_leads_back_to_the_page(client):
    answer = client.get("/language/cy?next=/nowhere")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/nowhere"


ELSEWHERE = ("https://example.org/x", "//example.org/x", "/\\example.org", "example.org", "")


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_the_switch_of_languages_leads_to_no_other_site(client, wanted):
    answer = client.get("/language/cy", query_string={"next": wanted})
    assert answer.headers["Location"] == "/"


def test_there_is_no_third_language(client):
    assert client.get("/language/fr").status_code == 404


def test_a_sentence_without_welsh_is_never_shown_in_english(app: Flask):
    cookie = {"Cookie": "language=cy"}
    with app.test_request_context(headers=cookie), pytest.raises(MissingTranslation):
        words("Nobody translated this")
