"""Each route says whom it is for; what says nothing, and what was forged, is refused."""

from flask import Flask, session

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
