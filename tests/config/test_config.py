"""A wrong setting stops the start with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.config import load_settings
from service.errors import InvalidInput
from service.i18n.languages import BY_TAG
from service.setting_kinds import LANGUAGES

SECRET = {"REDRESS_SECRET_KEY": "s" * 32}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SECRET_KEY: expected at least 32 characters, got 0"),
        (SECRET | {"REDRESS_COLOUR": "red"}, "REDRESS_COLOUR is no setting"),
        (SECRET | {"REDRESS_TIMEZONE": "Mars/Base"}, "expected an IANA time zone"),
        (SECRET | {"REDRESS_TIMEZONE": "../etc"}, "expected an IANA time zone"),
        (SECRET | {"REDRESS_MAX_BODY_BYTES": "0"}, "expected a whole number above 0, got '0'"),
        (SECRET | {"REDRESS_CONFIG": "/nowhere/redress.toml"}, "cannot be read"),
    ],
)
def test_says_what_was_expected(environ: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_settings(environ)


def test_reads_a_file_under_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "redress.toml"
    file.write_text(
        f'bank_name = "From File"\npolicy = "GB-FCA"\nsecret_key = "{"k" * 40}"\n', "utf-8"
    )
    settings = load_settings({"REDRESS_CONFIG": str(file), "REDRESS_BANK_NAME": "From Environment"})
    assert (settings.bank_name, settings.policy) == ("From Environment", "GB-FCA")


def test_makes_up_a_secret_only_in_the_demo() -> None:
    assert len(load_settings({}, demo=True).secret_key) >= 32


def test_the_languages_of_the_house_are_those_of_the_catalogues() -> None:
    assert set(LANGUAGES) == set(BY_TAG)
    with pytest.raises(InvalidInput, match="one of en, zh-Hant, zh-Hans"):
        load_settings(SECRET | {"REDRESS_LANGUAGE": "fr"})
