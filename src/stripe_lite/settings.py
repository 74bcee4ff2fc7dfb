"""Every knob of a stripe_lite process, read from the environment and from `.env`.

A field's environment variable is its name in capitals behind `STRIPE_LITE_`; `DATABASE_URL` alone has no prefix.
The environment wins over `.env`; an empty value counts as absent.
"""

import difflib
import ipaddress
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ENV_PREFIX = "STRIPE_LITE_"
ENV_FILE = ".env"

WEBHOOK_SCHEDULE_SECONDS = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0, 43200.0, 43200.0, 72000.0)
FAILPOINTS = ("key_claimed", "before_bank", "after_bank", "before_commit", "after_commit", "before_send", "after_send")

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def is_loopback(host: str) -> bool:
    """Tell whether a host to bind to is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def default_data_dir() -> Path:
    """Choose the folder of the embedded database where none is set."""
    if os.geteuid() == 0:
        return Path("/var/lib/stripe_lite")  # Root's home is closed to the user that postgres must run as.
    home = Path(os.path.expanduser("~"))
    if not home.is_absolute():
        return Path(tempfile.gettempdir()) / f"stripe_lite-{os.geteuid()}"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "stripe_lite"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "stripe_lite"


def _keys(validated: dict[str, Any]) -> Literal["open", "strict"]:
    return "open" if is_loopback(validated["host"]) else "strict"


def _private_targets(validated: dict[str, Any]) -> Literal["allow", "deny"]:
    return "allow" if is_loopback(validated["host"]) else "deny"


class Settings(BaseSettings):
    """How one process of stripe_lite runs."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # DATABASE_URL holds a password.
    )

    # Where it listens, and where its data live.

    database_url: Annotated[SecretStr | None, Field(validation_alias="DATABASE_URL")] = None
    """PostgreSQL to use, as `postgresql://user:password@host:port/name`. Absent: an embedded one in `data_dir`."""

    host: str = "127.0.0.1"
    """Address the HTTP server binds to."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """TCP port the HTTP server binds to; 0 takes any free one."""

    data_dir: Annotated[Path, Field(default_factory=default_data_dir)]
    """Folder of the embedded database. Default: `stripe_lite` in the user's data folder; in `/var/lib` for root."""

    pg_bin: str | None = None
    """Folder that holds `postgres` and `initdb` for the embedded database. Absent: the installed wheel, then PATH."""

    pool_size: Annotated[int, Field(ge=1, le=500)] = 20
    """Database connections that each server process may hold."""

    single_statements: bool = False
    """Write one statement a table instead of one `WITH … INSERT` a transaction, as Citus requires."""

    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """Server processes that share the port; one per core is right."""

    delivery: Literal["inside", "apart"] = "inside"
    """Whether server processes send webhooks themselves, or leave that to `stripe-lite worker`."""

    # Who may use it.

    keys: Annotated[Literal["open", "strict"], Field(default_factory=_keys)]
    """`open`: any `sk_test_…` opens its own sandbox; `strict`: only created keys. Default: open on a loopback host."""

    unsafe_open: bool = False
    """Allow open keys on a host that other machines reach."""

    rate_limits: Literal["off", "stripe"] = "off"
    """`stripe` enforces 100 requests a second in live mode and 25 in test mode, per account."""

    unsupported: Literal["refuse", "warn"] = "refuse"
    """What happens to a parameter that Stripe knows and stripe_lite does not act on: refused with 400, or logged."""

    # The bank.

    bank_url: str | None = None
    """Base URL of a bank that speaks the port's verbs as JSON. Absent: the simulator in the same process."""

    bank_latency: Seconds = 0.0
    """Seconds that the simulated bank takes for each answer."""

    bank_jitter: Seconds = 0.0
    """Seconds, at most, that are added at random to each answer of the simulated bank."""

    bank_failure_rate: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of authorizations that the simulated bank declines at random, from 0 to 1."""

    bank_seed: int = 0
    """Seed of the simulated bank's chance failures: with one seed, the nth payment of every account fares alike."""

    bank_wait: Seconds = 5.0
    """Seconds that a request waits for the bank before it answers `processing`."""

    settlement_delay: Seconds = 5.0
    """Seconds until a payment by a delayed-notification method settles."""

    # Money.

    settlement_currency: Annotated[str, Field(pattern="^[a-z]{3}$")] = "usd"
    """Currency that accounts are paid out in; what is paid in another one is converted, by a fixed table of rates."""

    fee_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal("2.9")
    """Share of each payment that is kept as a fee, in percent."""

    fee_fixed: Annotated[int, Field(ge=0)] = 30
    """What each payment costs beside that, in minor units of the settlement currency."""

    dispute_fee: Annotated[int, Field(ge=0)] = 1500
    """What a dispute costs, in minor units of the settlement currency."""

    payout_delay: Annotated[int, Field(ge=0, le=365)] = 2
    """Business days until the money of a payment is available; 0 makes it available at once."""

    capture_delay: Seconds = 1.0
    """Seconds until a charge whose capture is asynchronous names its balance transaction, by `charge.updated`."""

    reference_delay: Seconds = 1.0
    """Seconds until a refund to a card names its acquirer reference number, by `refund.updated`."""

    # Webhooks.

    webhook_schedule: Annotated[tuple[Seconds, ...], NoDecode, Field(min_length=1)] = WEBHOOK_SCHEDULE_SECONDS
    """Seconds to wait before each try of a delivery, comma-separated; as many numbers as tries."""

    webhook_timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 20.0
    """Seconds that a receiver has for its whole answer."""

    private_targets: Annotated[Literal["allow", "deny"], Field(default_factory=_private_targets)]
    """Whether webhooks may go to loopback and private addresses. Default: allowed on a loopback host."""

    # Requests.

    idempotency_ttl: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 86_400.0
    """Seconds that an idempotency key and its answer are kept."""

    lock_timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 2.0
    """Seconds that a request waits for an object which another request holds, before it answers 429."""

    failpoint: str | None = None
    """Tests only: `name:nth:kill|raise|delay` makes the nth passage of a named point fail."""

    # The log.

    log: Literal["text", "json"] = "text"
    """Form of the log lines on standard error."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe level that is logged."""

    @field_validator("database_url", mode="before")
    @classmethod
    def _one_scheme(cls, value: Any) -> Any:
        """Accept the schemes people write, and keep the one that the driver and SQLAlchemy both read."""
        if not isinstance(value, str):
            return value
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
            raise ValueError("must begin with postgresql://")
        return f"postgresql://{rest}"

    @field_validator("webhook_schedule", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("failpoint")
    @classmethod
    def _known_failpoint(cls, value: str | None) -> str | None:
        if value is None:
            return None
        name, nth, action = ([*value.split(":"), "", ""])[:3]
        if name not in FAILPOINTS or value.count(":") != 2:
            raise ValueError(f"must be name:nth:action, with a name of {', '.join(FAILPOINTS)}")
        if not (nth.isascii() and nth.isdigit() and int(nth) > 0) or action not in ("kill", "raise", "delay"):
            raise ValueError("must be name:nth:action, with nth from 1 and an action of kill, raise or delay")
        return value

    @model_validator(mode="after")
    def _open_keys_stay_at_home(self) -> Self:
        if self.keys == "open" and not self.loopback and not self.unsafe_open:
            raise ValueError(
                f"open keys on {self.host} would let anyone who reaches this machine in: set STRIPE_LITE_KEYS=strict, "
                "bind STRIPE_LITE_HOST to 127.0.0.1, or accept it with STRIPE_LITE_UNSAFE_OPEN=true"
            )
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        return is_loopback(self.host)


def unknown_names(environment: Mapping[str, str] | None = None, env_file: Path | None = None) -> list[str]:
    """Describe each `STRIPE_LITE_…` variable, of the environment or `.env`, that no setting reads."""
    given = {**dotenv_values(env_file or Path(ENV_FILE)), **(os.environ if environment is None else environment)}
    known = [f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields if name != "database_url"]
    strangers = sorted(name for name in given if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)
    return [_describe(name, known) for name in strangers]


def _describe(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.upper(), list(known), n=1)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")
