"""The web application over a database of its own, asked without a network."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pages.people import world_of
from small_world import World
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from contactbot.bootstrap import Application
from contactbot.config import Settings
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import add_member
from contactbot.web.app import create_app


def settings(folder: Path, **changed: object) -> Settings:
    values: dict[str, object] = {
        "data_dir": folder,
        "secret_key": "s" * 32,
        "encryption_keys": (b"e" * 32,),
        "index_keys": (b"i" * 32,),
        "public_url": "http://localhost",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_tokens": ("t" * 32,),
        "twilio_from": "+442920180000",
        "twilio_api_url": "http://127.0.0.1:1",
    }
    return Settings(**(values | changed))  # type: ignore[arg-type]


@pytest.fixture
def application(database: Engine, tmp_path: Path) -> Application:
    return Application(settings(tmp_path), database)


@pytest.fixture
def app(application: Application) -> Flask:
    return create_app(application)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def world(application: Application) -> World:
    """The application's database on a Monday morning at ten."""
    return world_of(application)


@pytest.fixture
def caller(app: Flask, application: Application, world: World) -> FlaskClient:
    """Somebody who calls people by hand, signed in."""
    signed_in = app.test_client()
    sign_in_as(signed_in, application, Role.CALLER)
    return signed_in


def token_of(client: FlaskClient, page: str) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found, f"no form on {page}"
    return found.group(1)


def submit(client: FlaskClient, page: str, action: str, **fields: str) -> TestResponse:
    """Send a form as the page would."""
    return client.post(action, data={"csrf_token": token_of(client, page)} | fields)


def sign_in_as(
    client: FlaskClient,
    application: Application,
    role: Role,
    name: str = "",
    *,
    welsh: bool = False,
) -> str:
    """Sign a new member of this role in; their name."""
    name = name or f"{role} {uuid4().hex[:6]}"
    password = add_member(application.door, name, role, welsh=welsh)
    answer = submit(client, "/sign-in", "/sign-in", name=name, password=password)
    assert answer.status_code == 303
    return name
