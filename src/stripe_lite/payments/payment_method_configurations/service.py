"""What can be done with payment method configurations, and what they mean for payments."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.ids import ALPHABET, new_id
from stripe_lite.core.lists import Page
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.payment_method_configurations import standing
from stripe_lite.payments.payment_method_configurations.model import PaymentMethodConfiguration
from stripe_lite.payments.payment_method_configurations.schema import (
    PaymentMethodConfigurationCreateParams,
    PaymentMethodConfigurationListParams,
    PaymentMethodConfigurationUpdateParams,
    preferences_in,
)

DEFAULT_NAME = "Default"
DEFAULTS_KNOWN_MAX = 10_000
NOUN = "payment_method_configuration"


@dataclass(frozen=True, slots=True)
class Choice:
    """The types of payment method that a payment takes whose client leaves them to the server, and who says so.

    Where the account has configured nothing, any other type that is processed here may be used as well.
    """

    configuration_id: str
    types: tuple[str, ...]
    configured: bool


async def choose(work: Work, named: str | None) -> Choice:
    """What the configuration that a payment names offers, or else the account's default one."""
    id = named or default_id(work.account_id, work.livemode)
    configuration = await work.get(PaymentMethodConfiguration, id)
    if configuration is None:
        if id != default_id(work.account_id, work.livemode):
            raise ResourceMissing(NOUN, id, param=NOUN)
        return Choice(id, kinds.AUTOMATIC, configured=False)
    if not configuration.active:
        raise InvalidRequest(f"The payment method configuration `{id}` is not active.", param=NOUN)
    configured = not configuration.is_default or bool(configuration.preferences)
    return Choice(id, standing.types_of(configuration), configured)


async def create(work: Work, params: PaymentMethodConfigurationCreateParams) -> PaymentMethodConfiguration:
    """Create a configuration: what is not said of a payment method holds as in the first one."""
    configuration = PaymentMethodConfiguration(
        account_id=work.account_id,
        id=new_id("pmc"),
        livemode=work.livemode,
        created_at=work.now,
        is_default=False,
        active=True,
        name=params.name,
        preferences=preferences_in(params),
    )
    work.add(configuration)
    return configuration


async def retrieve(work: Work, id: str, *, lock: bool = False) -> PaymentMethodConfiguration:
    """The configuration with this id; the default one is there whenever somebody asks for it."""
    configuration = await work.get(PaymentMethodConfiguration, id, lock=lock)
    if configuration is not None:
        return configuration
    if id != default_id(work.account_id, work.livemode):
        raise ResourceMissing(NOUN, id, param="configuration")
    return _default(work)


async def update(work: Work, id: str, params: PaymentMethodConfigurationUpdateParams) -> PaymentMethodConfiguration:
    """Change a configuration: what is not sent stays as it is."""
    configuration = await retrieve(work, id, lock=True)
    if params.active is False and configuration.is_default:
        raise InvalidRequest("The default payment method configuration cannot be deactivated.", param="active")
    if params.active is not None:
        configuration.active = params.active
    if params.name is not None:
        configuration.name = params.name
    configuration.preferences = configuration.preferences | preferences_in(params)
    return configuration


async def page(work: Work, params: PaymentMethodConfigurationListParams) -> Page[PaymentMethodConfiguration]:
    """The account's configurations, newest first: the default one comes last."""
    id = default_id(work.account_id, work.livemode)
    fresh = _default(work) if await work.get(PaymentMethodConfiguration, id) is None else None
    wanted = [] if params.active is None else [PaymentMethodConfiguration.active == params.active]
    found = await work.page(PaymentMethodConfiguration, params, *wanted, noun=NOUN)
    beyond = params.ending_before is not None or params.starting_after == id or params.active is False
    if fresh is None or beyond or found.has_more:
        return found
    if len(found.rows) == params.limit:
        return Page(found.rows, has_more=True)
    return Page([*found.rows, fresh], has_more=False)


@lru_cache(DEFAULTS_KNOWN_MAX)
def default_id(account_id: str, livemode: bool) -> str:
    """The id of an account's default configuration in a mode: known without a row, and older than any other one."""
    number = int.from_bytes(sha256(f"{account_id} {'live' if livemode else 'test'}".encode()).digest())
    characters = []
    for _ in range(21):
        number, rest = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[rest])
    return f"pmc_000{''.join(characters)}"


def _default(work: Work) -> PaymentMethodConfiguration:
    """Write the default configuration down, now that somebody asks for it."""
    configuration = PaymentMethodConfiguration(
        account_id=work.account_id,
        id=default_id(work.account_id, work.livemode),
        livemode=work.livemode,
        created_at=work.now,
        is_default=True,
        active=True,
        name=DEFAULT_NAME,
        preferences={},
    )
    work.add(configuration)
    return configuration
