"""The web application over a database of its own, asked without a network."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from contactbot.bootstrap import Application
from contactbot.config import Settings
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
