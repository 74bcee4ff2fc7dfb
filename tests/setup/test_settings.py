"""Settings come from the environment and `.env`, and refuse what cannot be meant."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from stripe_lite.settings import WEBHOOK_SCHEDULE_SECONDS, Settings, is_loopback, unknown_names


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STRIPE_LITE_{name.upper()}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_a_laptop_gets_an_open_local_server() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.keys, settings.private_targets) == (
        "127.0.0.1",
        8000,
        "open",
        "allow",
    )
    assert settings.database_url is None
    assert settings.data_dir.is_absolute()


def test_a_host_that_others_reach_gets_strict_keys_and_no_private_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_LITE_HOST", "0.0.0.0")
    settings = Settings()
    assert (settings.keys, settings.private_targets) == ("strict", "deny")


def test_open_keys_on_a_host_that_others_reach_need_an_explicit_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_LITE_HOST", "0.0.0.0")
    monkeypatch.setenv("STRIPE_LITE_KEYS", "open")
    with pytest.raises(ValidationError, match="STRIPE_LITE_UNSAFE_OPEN=true"):
        Settings()
    monkeypatch.setenv("STRIPE_LITE_UNSAFE_OPEN", "true")
    assert Settings().keys == "open"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_loopback_hosts_are_told_from_others(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "DATABASE_URL=postgres://u:p@db/one\nSTRIPE_LITE_PORT=9000\nSTRIPE_LITE_WORKERS=3\nOTHER=x\n"
    )
    monkeypatch.setenv("STRIPE_LITE_PORT", "9001")
    settings = Settings()
    assert (settings.port, settings.workers) == (9001, 3)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://u:p@db/one"


def test_an_empty_value_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_LITE_KEYS", "")
    monkeypatch.setenv("DATABASE_URL", "")
    assert (Settings().keys, Settings().database_url) == ("open", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://h/d", "postgresql://h/d"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("postgresql+asyncpg://h/d", "postgresql://h/d"),
    ],
)
def test_a_database_url_is_kept_in_one_form(given: str, kept: str) -> None:
    url = Settings(database_url=given).database_url
    assert url is not None
    assert url.get_secret_value() == kept


def test_a_database_password_is_shown_neither_by_settings_nor_by_their_errors() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql://u:hunter2@h/d"))
    with pytest.raises(ValidationError) as refusal:
        Settings(database_url="mysql://u:hunter2@h/d")
    assert "must begin with postgresql://" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_the_webhook_schedule_is_a_list_of_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().webhook_schedule == WEBHOOK_SCHEDULE_SECONDS
    monkeypatch.setenv("STRIPE_LITE_WEBHOOK_SCHEDULE", "0, 0.5,10")
    assert Settings().webhook_schedule == (0.0, 0.5, 10.0)


@pytest.mark.parametrize("schedule", ["1,x", "-1", "inf", "1,,2"])
def test_a_webhook_schedule_of_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, schedule: str) -> None:
    monkeypatch.setenv("STRIPE_LITE_WEBHOOK_SCHEDULE", schedule)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("BANK_FAILURE_RATE", "1.1"),
        ("KEYS", "closed"),
        ("LOG_LEVEL", "loud"),
        ("WEBHOOK_TIMEOUT", "0"),
        ("FAILPOINT", "nowhere:1:kill"),
        ("FAILPOINT", "before_bank:0:kill"),
        ("FAILPOINT", "before_bank:1:explode"),
        ("FAILPOINT", "before_bank:1"),
    ],
)
def test_a_value_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"STRIPE_LITE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_failpoint_keeps_its_form() -> None:
    assert Settings(failpoint="before_bank:2:raise").failpoint == "before_bank:2:raise"


def test_a_misspelt_variable_is_pointed_out(tmp_path: Path) -> None:
    env_file = tmp_path / "other.env"
    env_file.write_text("STRIPE_LITE_DELIVERIES=apart\n")
    assert unknown_names({"STRIPE_LITE_PROT": "1", "STRIPE_LITE_PORT": "2", "PORT": "3"}, env_file) == [
        "STRIPE_LITE_DELIVERIES is not a setting; did you mean STRIPE_LITE_DELIVERY?",
        "STRIPE_LITE_PROT is not a setting; did you mean STRIPE_LITE_PORT?",
    ]


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_example_file_names_every_setting_with_its_default() -> None:
    example = Path(__file__).parents[2] / ".env.example"
    given = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example.read_text(), re.MULTILINE))
    assert set(given) == {
        "DATABASE_URL",
        *(f"STRIPE_LITE_{name.upper()}" for name in Settings.model_fields if name != "database_url"),
    }
    Path(".env").write_text("".join(f"{name}={value}\n" for name, value in given.items() if name != "DATABASE_URL"))
    assert Settings(data_dir=Path("/x")) == Settings(_env_file=None, data_dir=Path("/x"))
