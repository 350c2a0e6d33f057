"""Each route says whom it is for; what says nothing, and what was forged, is refused."""

from uuid import UUID

import pytest
from flask import Flask, session
from pages.conftest import sign_in_as, token_of

from contactbot.domain.staff import Role
from contactbot.web.access import policy_of

WEBHOOKS = "webhooks."


def test_every_route_declares_its_policy(app: Flask):
    with app.app_context():
        without = [
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if not rule.endpoint.startswith(WEBHOOKS) and policy_of(rule.endpoint) is None
        ]
    assert without == []


def test_a_route_for_anyone_says_why(app: Flask):
    with app.app_context():
        policies = [policy_of(rule.endpoint) for rule in app.url_map.iter_rules()]
    assert all(policy.because for policy in policies if policy and policy.roles is None)


def test_a_route_without_a_policy_is_closed_to_everybody(app: Flask):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_every_webhook_refuses_what_is_not_signed(app: Flask):
    client = app.test_client()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith(WEBHOOKS):
                address = app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))
                assert client.post(address).status_code == 403, rule


def test_a_form_without_its_token_is_refused(app: Flask, client):
    app.view_functions["forms"] = app.view_functions["static"]
    app.add_url_rule("/form", "forms", methods=["POST"])
    assert client.post("/form").status_code == 400


def test_a_form_sent_by_another_site_is_refused(app: Flask, client):
    app.view_functions["forms"] = app.view_functions["static"]
    app.add_url_rule("/form", "forms", methods=["POST"])
    assert client.post("/form", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_report_of_the_content_policy_is_counted_without_a_token(client, application):
    assert client.post("/csp", json={}).status_code == 204
    with application.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, count FROM counters").all()
    assert [tuple(row) for row in rows] == [("csp_report", 1)]


def test_asking_for_a_page_begins_no_session(app: Flask, client):
    with client:
        client.get("/nowhere")
        assert not session


# Who may open what: every page for members, in every role. A new page must be added here.
PAGES = {
    ("GET", "/"): set(Role),
    ("GET", "/caller"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/next"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/put-back"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/dial"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/identity"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/again"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/answer"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/language"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/end"): {Role.CALLER, Role.SUPERVISOR},
    ("POST", "/caller/beat"): {Role.CALLER, Role.SUPERVISOR},
    ("GET", "/supervisor"): {Role.SUPERVISOR},
    ("GET", "/supervisor/now"): {Role.SUPERVISOR},
    ("GET", f"/supervisor/release/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("POST", f"/supervisor/release/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("GET", f"/supervisor/texts/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("POST", f"/supervisor/texts/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("GET", f"/supervisor/holds/kind/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("GET", f"/supervisor/holds/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("POST", f"/supervisor/holds/{UUID(int=0)}"): {Role.SUPERVISOR},
    ("GET", "/supervisor/records"): {Role.SUPERVISOR},
    ("POST", f"/supervisor/records/{UUID(int=0)}/again"): {Role.SUPERVISOR},
}


def test_each_page_is_for_these_roles_and_no_others(app: Flask):
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            policy = policy_of(rule.endpoint)
            if policy and policy.roles is not None:
                address = app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, UUID(int=0)))
                for method in rule.methods - {"HEAD", "OPTIONS"}:
                    found[method, address] = set(policy.roles)
    assert found == PAGES


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_where_it_belongs_and_nowhere_else(app: Flask, application, role):
    application.outreach  # noqa: B018 - begins the service
    client = app.test_client()
    sign_in_as(client, application, role)
    token = token_of(client, "/")
    for (method, address), roles in PAGES.items():
        answer = client.open(address, method=method, data={"csrf_token": token})
        assert (answer.status_code != 403) is (role in roles), (method, address)


def test_whoever_has_not_signed_in_is_asked_to(app: Flask, application):
    client = app.test_client()
    token = token_of(client, "/sign-in")
    for method, address in PAGES:
        answer = client.open(address, method=method, data={"csrf_token": token})
        assert answer.headers["Location"] == "/sign-in", (method, address)
