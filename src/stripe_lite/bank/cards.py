"""Every test card that Stripe documents, one a line, and how a card's details are read.

A number is looked at here and goes no further: what leaves this module is a fact of the table, whose `outcome` and
last four digits may be stored, and a keyed fingerprint.
"""

from datetime import date

from stripe_lite.bank.facts import CardFact, fingerprint
from stripe_lite.bank.payout_cards import PAYOUT_CARDS
from stripe_lite.core.errors import CardError

__all__ = [
    "CARDS",
    "by_name",
    "by_number",
    "check_cvc",
    "check_expiry",
    "expiry_number",
    "expiry_year",
    "fingerprint",
    "luhn_valid",
    "recognise",
]

EXPIRY_LENGTH_MAX = 4
LENGTHS = range(12, 20)  # Digits of a card number.
NAME_PREFIXES = ("pm_card_", "tok_")

# The number first, then the ends of its names; a card is a US credit card by Visa that pays, unless its line says else.
CARDS: tuple[CardFact, ...] = (
    # By brand.
    CardFact("4242424242424242", ("visa", "us")),
    CardFact("4000056655665556", ("visa_debit", "visa_debit_us_transferSuccess"), funding="debit"),
    CardFact("5555555555554444", ("mastercard",), brand="mastercard"),
    CardFact("2223003122003222", (), brand="mastercard"),
    CardFact(
        "5200828282828210",
        ("mastercard_debit", "mastercard_debit_us_transferSuccess"),
        brand="mastercard",
        funding="debit",
    ),
    CardFact("5105105105105100", ("mastercard_prepaid",), brand="mastercard", funding="prepaid"),
    CardFact("378282246310005", ("amex", "amex_threeDSecureNotSupported"), "approved_without_3ds", brand="amex"),
    CardFact("371449635398431", (), brand="amex"),
    CardFact("6011111111111117", ("discover",), brand="discover"),
    CardFact("6011000990139424", (), brand="discover"),
    CardFact("6011981111111113", ("discover_debit_us_transferSuccess",), brand="discover", funding="debit"),
    CardFact("3056930009020004", ("diners",), brand="diners"),
    CardFact("36227206271667", (), brand="diners"),
    CardFact("6555900000604105", (), brand="discover"),  # BCcard and DinaCard run on Discover's network.
    CardFact("3566002020360505", ("jcb",), brand="jcb", country="JP"),
    CardFact("6200000000000005", ("unionpay",), brand="unionpay", country="CN"),
    CardFact("6200000000000047", (), brand="unionpay", country="CN", funding="debit"),
    CardFact("6205500000000000004", (), brand="unionpay", country="CN"),
    CardFact("4111111111111111", ()),  # This and the next three: documented in former years, and still accepted.
    CardFact("4012888888881881", ()),
    CardFact("30569309025904", (), brand="diners"),
    CardFact("38520000023237", (), brand="diners"),
    # By two brands at once.
    CardFact("4000002500001001", ("visa_cartesBancaires",), country="FR", co_brand="cartes_bancaires"),
    CardFact(
        "5555552500001001",
        ("mastercard_cartesBancaires",),
        brand="mastercard",
        country="FR",
        co_brand="cartes_bancaires",
    ),
    CardFact(
        "4000050360000001", ("visa_debit_eftposAuCoBranded",), country="AU", funding="debit", co_brand="eftpos_au"
    ),
    CardFact(
        "5555050360000080",
        ("mastercard_debit_eftposAuCoBranded",),
        brand="mastercard",
        country="AU",
        funding="debit",
        co_brand="eftpos_au",
    ),
    # By country.
    CardFact("4000000320000021", ("ar",), country="AR"),
    CardFact("4000000760000002", ("br",), country="BR"),
    CardFact("4000001240000000", ("ca",), country="CA"),
    CardFact("4000001520000001", ("cl",), country="CL"),
    CardFact("4000001700000003", ("co",), country="CO"),
    CardFact("4000001880000005", ("cr",), country="CR"),
    CardFact("4000002180000000", ("ec",), country="EC"),
    CardFact("4000004840008001", ("mx",), country="MX"),
    CardFact("4000005910000000", ("pa",), country="PA"),
    CardFact("4000006000000066", ("py",), country="PY"),
    CardFact("4000006040000068", ("pe",), country="PE"),
    CardFact("4000008580000003", ("uy",), country="UY"),
    CardFact("4000000400000008", ("at",), country="AT"),
    CardFact("4000000560000004", ("be",), country="BE"),
    CardFact("4000001000000000", ("bg",), country="BG"),
    CardFact("4000001120000005", ("by",), country="BY"),
    CardFact("4000001960000008", ("cy",), country="CY"),
    CardFact("4000002030000002", ("cz",), country="CZ"),
    CardFact("4000002080000001", ("dk",), country="DK"),
    CardFact("4000002460000001", ("fi",), country="FI"),
    CardFact("4000002500000003", ("fr",), country="FR"),
    CardFact("4000002760000016", ("de",), country="DE"),
    CardFact("4000003000000030", ("gr",), country="GR"),
    CardFact("4000003480000005", ("hu",), country="HU"),
    CardFact("4000003720000005", ("ie",), country="IE"),
    CardFact("4000003800000008", ("it",), country="IT"),
    CardFact("4000004280000005", ("lv",), country="LV"),
    CardFact("4000004400000000", ("lt",), country="LT"),
    CardFact("4000004420000006", ("lu",), country="LU"),
    CardFact("4000004700000007", ("mt",), country="MT"),
    CardFact("4000005280000002", ("nl",), country="NL"),
    CardFact("4000005780000007", ("no",), country="NO"),
    CardFact("4000006160000005", ("pl",), country="PL"),
    CardFact("4000006200000007", ("pt",), country="PT"),
    CardFact("4000006420000001", ("ro",), country="RO"),
    CardFact("4000006820000007", (), country="SA"),
    CardFact("4000007050000006", ("si",), country="SI"),
    CardFact("4000007030000001", ("sk",), country="SK"),
    CardFact("4000007240000007", ("es",), country="ES"),
    CardFact("4000007520000008", ("se",), country="SE"),
    CardFact("4000007560000009", ("ch",), country="CH"),
    CardFact("4000008260000000", ("gb",), country="GB"),
    CardFact("4000000360000006", ("au", "visa_credit_au"), country="AU"),
    CardFact("4000001560000002", ("cn",), country="CN"),
    CardFact("4000003440000004", ("hk",), country="HK"),
    CardFact("4000003560000008", ("in",), country="IN"),
    CardFact("4000003920000003", ("jp",), country="JP"),
    CardFact("4000004580000002", ("my",), country="MY"),
    CardFact("4000005540000008", ("nz",), country="NZ"),
    CardFact("4000007020000003", ("sg",), country="SG"),
    CardFact("4000001580000008", ("tw",), country="TW"),
    CardFact("5062210000000009", (), brand="unknown", country="MX"),  # Carnet: not among the API's brands.
    CardFact("4000058260000005", ("gb_debit",), country="GB", funding="debit"),
    CardFact("5555558265554449", ("gb_mastercard",), brand="mastercard", country="GB"),
    CardFact("3530111333300000", (), brand="jcb", country="JP"),
    CardFact("4000007640000003", ("th_credit",), country="TH"),
    CardFact("4000057640000008", ("th_debit",), country="TH", funding="debit"),
    # Health savings and flexible spending accounts.
    CardFact("4000051230000072", ("debit_visaFsaProductCode", "debit_visaHsaProductCode"), funding="debit"),
    CardFact("5200828282828897", ("mastercard_debit_mastercardFsaProductCode",), brand="mastercard", funding="debit"),
    # Declined, already when they are saved.
    CardFact("4000000000000002", ("visa_chargeDeclined", "chargeDeclined"), "declined_generic"),
    CardFact(
        "4000000000009995",
        ("visa_chargeDeclinedInsufficientFunds", "chargeDeclinedInsufficientFunds"),
        "declined_insufficient_funds",
    ),
    CardFact(
        "4000058400002317",  # Documented by its token's name only; the number is ours, from the US debit range.
        ("visa_debit_chargeDeclinedInsufficientFunds",),
        "declined_insufficient_funds",
        funding="debit",
    ),
    CardFact("4000000000009987", ("visa_chargeDeclinedLostCard",), "declined_lost_card"),
    CardFact("4000000000009979", ("visa_chargeDeclinedStolenCard",), "declined_stolen_card"),
    CardFact(
        "4000000000000069", ("chargeDeclinedExpiredCard", "visa_chargeDeclinedExpiredCard"), "declined_expired_card"
    ),
    CardFact(
        "4000000000000127",
        ("chargeDeclinedIncorrectCvc", "visa_chargeDeclinedIncorrectCvc"),
        "declined_incorrect_cvc",
    ),
    CardFact(
        "4000000000000119",
        ("chargeDeclinedProcessingError", "visa_chargeDeclinedProcessingError"),
        "declined_processing_error",
    ),
    CardFact("4000000000006975", ("visa_chargeDeclinedVelocityLimitExceeded",), "declined_velocity_exceeded"),
    # Declined only at a payment.
    CardFact("4000000000000341", ("chargeCustomerFail", "visa_chargeCustomerFail"), "charge_declined_generic"),
    CardFact("4000000000000358", ("visa_chargeCustomerFailLostCard",), "charge_declined_lost_card"),
    CardFact("4000000000000366", ("visa_chargeCustomerFailStolenCard",), "charge_declined_stolen_card"),
    # Fraud prevention.
    CardFact(
        "4100000000000019",
        ("radarBlock", "visa_chargeDeclinedFraudulent", "chargeDeclinedFraudulent"),
        "blocked_always",
    ),
    CardFact("4000000000004954", ("riskLevelHighest",), "blocked_highest_risk"),
    CardFact("4000000000009235", ("riskLevelElevated",), "elevated_risk"),
    CardFact("4000000000000101", ("cvcCheckFail",), "cvc_check_fails"),
    CardFact("4000000000000036", ("avsZipFail",), "postal_code_check_fails"),
    CardFact("4000058400307872", ("cvcCheckFailElevatedRisk",), "cvc_check_fails_elevated_risk", funding="debit"),
    CardFact("4000058400306072", ("avsZipFailElevatedRisk",), "postal_code_check_fails_elevated_risk", funding="debit"),
    CardFact("4000000000000028", ("avsLine1Fail",), "line1_check_fails"),
    CardFact("4000000000000010", ("avsFail",), "address_checks_fail"),
    CardFact("4000000000000044", ("avsUnchecked",), "address_checks_unavailable"),
    # Disputes and warnings.
    CardFact("4000000000000259", ("createDispute",), "dispute_fraudulent"),
    CardFact("4000000000002685", ("createDisputeProductNotReceived",), "dispute_product_not_received"),
    CardFact("4000000000001976", ("createDisputeInquiry",), "dispute_inquiry"),
    CardFact("4000000000005423", ("createIssuerFraudRecord",), "fraud_warning"),
    CardFact("4000000404000079", ("createMultipleDisputes",), "dispute_multiple", country="AT"),
    CardFact("4000000404000038", ("createCe3EligibleDispute",), "dispute_compelling_evidence", country="AT"),
    CardFact("4000008400000779", ("createComplianceDispute",), "dispute_compliance"),
    # Refunds, and money that is available at once.
    CardFact("4000000000007726", ("pendingRefund",), "refund_pending"),
    CardFact("4000000000005126", ("refundFail",), "refund_fails"),
    CardFact("4000000000000077", ("bypassPending",), "bypass_pending"),
    CardFact("4000003720000278", ("bypassPendingInternational",), "bypass_pending", country="IE"),
    CardFact("4000000000000093", ("domesticPricing",)),
    # 3-D Secure.
    CardFact("4000002500003155", ("authenticationRequiredOnSetup",), "3ds_unless_set_up", country="FR"),
    CardFact("4000002760003184", ("authenticationRequired",), "3ds_required", country="DE"),
    CardFact("4000003800000446", ("authenticationRequiredSetupForOffSession",), "3ds_set_up", country="IT"),
    CardFact(
        "4000008260003178",
        ("authenticationRequiredChargeDeclinedInsufficientFunds",),
        "3ds_insufficient_funds",
        country="GB",
    ),
    CardFact("4000000000003220", ("threeDSecure2Required",), "3ds_required"),
    CardFact("4000000000003063", ("threeDSecureRequired",), "3ds_required"),
    CardFact("4000008400001629", ("threeDSecureRequiredChargeDeclined",), "3ds_required_declined"),
    CardFact("4000008400001280", ("threeDSecureRequiredProcessingError",), "3ds_required_error"),
    CardFact("4000000000003055", ("threeDSecureOptional",), "3ds_optional"),
    CardFact("4000000000003097", ("threeDSecureOptionalProcessingError",), "3ds_optional_error"),
    CardFact("4000582600000094", (), "3ds_required"),  # This and the next three: kinds of challenge in mobile apps.
    CardFact("4000582600000045", (), "3ds_required"),
    CardFact("4000582600000102", (), "3ds_required"),
    CardFact("4000582600000110", (), "3ds_required"),
    CardFact("4000003560000123", (), "3ds_unless_set_up", country="IN"),  # Recurring payments with an Indian mandate.
    CardFact("4000003560000297", (), "mandate_not_approved", country="IN"),
    CardFact("4000003560000248", (), "mandate_not_notified", country="IN"),
    CardFact("4000003560000263", (), "mandate_canceled", country="IN"),
    # Captchas, and PINs at a terminal.
    CardFact("4000000000001208", (), "captcha"),
    CardFact("4000000000003725", (), "captcha"),
    CardFact("4001007020000002", (), country="SG"),
    CardFact("4000008260000075", (), country="GB"),
    CardFact("4001000360000005", (), country="AU"),
    CardFact("4000002760000008", (), country="DE"),
    *PAYOUT_CARDS,
)

_BY_NUMBER = {card.number: card for card in CARDS}
_BY_NAME = {name: card for card in CARDS for name in card.names}


def by_number(number: str) -> CardFact | None:
    """Look up a test card by its digits."""
    return _BY_NUMBER.get(number)


def by_name(name: str) -> CardFact | None:
    """Look up a test card by a name such as `pm_card_visa` or `tok_visa`."""
    for prefix in NAME_PREFIXES:
        if name.startswith(prefix):
            return _BY_NAME.get(name.removeprefix(prefix))
    return None


def recognise(number: str, *, exp_month: int, exp_year: int, cvc: str | None, today: date) -> CardFact:
    """Read a card's details; raises CardError where they cannot be right, or are no test card's."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise CardError("The card number is not a valid credit card number.", code="invalid_number", param="number")
    if len(digits) not in LENGTHS or not luhn_valid(digits):
        raise CardError("Your card number is incorrect.", code="incorrect_number", param="number")
    check_expiry(exp_month, expiry_year(exp_year, today), today)
    card = _BY_NUMBER.get(digits)
    if cvc is not None:
        check_cvc(cvc, "amex" if card is None else card.brand)
    if card is None:
        raise CardError(
            "Your card was declined. Your request was in test mode, but used a non test (live) card. "
            "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    return card


def expiry_year(year: int, today: date) -> int:
    """Complete a year of two digits: within the coming fifty years it lies ahead, else behind."""
    if not 0 <= year <= 99:
        return year
    century = today.year - today.year % 100
    return century + year if year < today.year % 100 + 50 else century - 100 + year


def expiry_number(text: str, what: str) -> int:
    """The month or year of expiry, where it was sent as text."""
    if not (text.isascii() and text.isdigit() and len(text) <= EXPIRY_LENGTH_MAX):
        raise CardError(
            f"Your card's expiration {what} is invalid.", code=f"invalid_expiry_{what}", param=f"exp_{what}"
        )
    return int(text)


def luhn_valid(digits: str) -> bool:
    """Tell whether the last digit agrees with the others, by Luhn's formula."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def check_expiry(month: int, year: int, today: date) -> None:
    """Refuse a month that has passed, or that no card reaches."""
    if not 1 <= month <= 12:
        raise CardError("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    if not today.year <= year <= today.year + 50:
        raise CardError("Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year")
    if (year, month) < (today.year, today.month):
        raise CardError("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")


def check_cvc(cvc: str, brand: str) -> None:
    """Refuse a security code that no card of the brand has."""
    lengths = (3, 4) if brand == "amex" else (3,)
    if not (cvc.isascii() and cvc.isdigit()) or len(cvc) not in lengths:
        raise CardError("Your card's security code is invalid.", code="invalid_cvc", param="cvc")
