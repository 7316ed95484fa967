from __future__ import annotations

import pytest

from config.database import connection

pytestmark = pytest.mark.unit

LIMITS = "-c lock_timeout=10000 -c statement_timeout=60000"


def test_connection__when_the_url_names_a_server__then_each_part_is_unquoted() -> None:
    settings = connection("postgresql://me:p%40ss@db.example:6432/mill%20race?sslmode=require")
    named = {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert named == {"NAME": "mill race", "USER": "me", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "6432"}
    assert settings["OPTIONS"] == {"connect_timeout": 5, "options": LIMITS, "sslmode": "require"}


def test_connection__when_the_url_names_a_socket__then_the_folder_is_the_host() -> None:
    settings = connection("postgresql://postgres:@/millrace?host=/data/postgres")
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("/data/postgres", "", "millrace")


def test_connection__when_there_is_no_url__then_it_points_nowhere() -> None:
    settings = connection(None)
    assert (settings["HOST"], settings["PORT"]) == ("127.0.0.1", "1")
