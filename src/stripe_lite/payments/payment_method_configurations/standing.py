"""What a configuration offers: what was preferred, and what holds where nothing was."""

from stripe_lite.payments import kinds
from stripe_lite.payments.payment_method_configurations.model import PaymentMethodConfiguration

# These are cards, too, in another shape.
BY_CARD = frozenset({"apple_pay", "cartes_bancaires", "google_pay", "jcb"})
ON_AT_FIRST = frozenset({"apple_pay", "card"})
ON_BY_DEFAULT = frozenset({"apple_pay", "google_pay", *kinds.AUTOMATIC})


def value_of(configuration: PaymentMethodConfiguration, name: str) -> str:
    """`on` or `off`: the preference, or what holds without one."""
    preference = configuration.preferences.get(name)
    if preference in ("on", "off"):
        return str(preference)
    return "on" if name in (ON_BY_DEFAULT if configuration.is_default else ON_AT_FIRST) else "off"


def processed(name: str) -> bool:
    """Whether payments can be made with it here."""
    return name in kinds.KINDS or name in BY_CARD


def types_of(configuration: PaymentMethodConfiguration) -> tuple[str, ...]:
    """The types of payment method that it offers, those first that are offered without any configuration."""
    ordered = dict.fromkeys((*kinds.AUTOMATIC, *kinds.KINDS))
    return tuple(name for name in ordered if value_of(configuration, name) == "on")
