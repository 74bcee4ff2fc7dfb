"""Tables of the test cards and test bank accounts, in words, from the bank's own tables."""

from collections.abc import Callable, Iterable, Mapping

from stripe_lite.bank import sepa_accounts
from stripe_lite.bank.accounts import ACCOUNTS
from stripe_lite.bank.cards import CARDS
from stripe_lite.bank.facts import AccountFact, CardFact, Outcome, ThreeDSecure
from stripe_lite.bank.outcomes import DECLINES, OUTCOMES
from stripe_lite.bank.payout_cards import PAYOUT_CARDS

NOT_YET = "*not acted on yet*"

CHALLENGES: Mapping[ThreeDSecure, str] = {
    "unsupported": "3-D Secure cannot be asked for",
    "unenrolled": "",
    "optional": "3-D Secure where the payment asks for it",
    "optional_error": "3-D Secure fails where it is asked for, and the payment goes on without",
    "required": "3-D Secure at every payment",
    "required_error": "3-D Secure is required and cannot be reached: declined",
    "unless_set_up": "3-D Secure, except off session once it was set up",
    "set_up": "3-D Secure on session; off session it counts as set up",
}
SETTLEMENTS = {
    "delayed": "decided after the settlement delay",
    "slow": "decided 180 seconds after the settlement delay",
    "never": "stays `processing`",
}
REFUNDS = {
    "pending": "a refund is `pending` first and succeeds after the settlement delay",
    "fails": "a refund succeeds and fails after the settlement delay",
}


def behaviour(outcome: Outcome) -> str:
    """What happens with a card or an account, in words."""
    phrases = [CHALLENGES[outcome.three_d_secure], SETTLEMENTS.get(outcome.settlement, ""), _decided(outcome)]
    if outcome.off_session_decline is not None:
        phrases.append(f"off session declined: {_decline(outcome.off_session_decline)}")
    phrases += _checked(outcome)
    phrases.append(REFUNDS.get(outcome.refund, ""))
    if outcome.microdeposits == "failed":
        phrases.append("no micro-deposit reaches it, where it has to be verified by them")
    phrases += _sequels(outcome)
    return "; ".join(phrase for phrase in phrases if phrase)


def _decided(outcome: Outcome) -> str:
    if outcome.decline is None:
        return "" if outcome.settlement == "never" or outcome.three_d_secure == "required_error" else "pays"
    decline = DECLINES[outcome.decline]
    verb = "blocked" if decline.type == "blocked" else "fails" if outcome.settlement != "instant" else "declined"
    where = " where a CVC was given" if outcome.declines_given_cvc_only else ""
    saved = ", and refused when it is saved" if outcome.attach == "declined" else ""
    return f"{verb}{where}: {_decline(outcome.decline)}{saved}"


def _decline(name: str) -> str:
    decline = DECLINES[name]
    return f"`{decline.code}`" + ("" if decline.decline_code is None else f" / `{decline.decline_code}`")


def _checked(outcome: Outcome) -> list[str]:
    checks = {
        "CVC": outcome.cvc_check,
        "address line 1": outcome.line1_check,
        "postal code": outcome.postal_code_check,
    }
    words = [f"the check of the {name} is `{verdict}`" for name, verdict in checks.items() if verdict != "pass"]
    if outcome.risk_level != "normal":
        words.append(f"risk level `{outcome.risk_level}`")
    return words


def _sequels(outcome: Outcome) -> list[str]:
    """What follows a payment, or comes of paying out to the card."""
    sequels = {
        "a dispute follows": outcome.disputed is not None,
        "a fraud warning follows": outcome.fraud_warning,
        "the money is available at once": outcome.bypass_pending,
        f"a captcha comes first ({NOT_YET})": outcome.captcha,
        "payouts to it fail": outcome.payout_failure is not None and outcome.decline is None,
        "payouts to it cannot be instant": not outcome.instant_payouts,
    }
    return [words for words, holds in sequels.items() if holds]


def _cards(cards: Iterable[CardFact]) -> str:
    lines = ["| number | names | card | what happens |", "|---|---|---|---|"]
    for card in cards:
        names = " ".join(f"`{name}`" for name in card.names)
        brands = " and ".join(card.networks)
        printed = f"{brands} {card.funding}, {card.country}"
        lines.append(f"| `{card.number}` | {names} | {printed} | {behaviour(OUTCOMES[card.outcome])} |")
    return "\n".join(lines)


def _accounts(accounts: Iterable[AccountFact]) -> str:
    lines = ["| method | number | routing | names | what happens |", "|---|---|---|---|---|"]
    for account in accounts:
        names = " ".join(f"`{name}`" for name in account.names)
        routing = "" if account.routing is None else f"`{account.routing}`"
        does = behaviour(OUTCOMES[account.outcome])
        lines.append(f"| `{account.method}` | `{account.number}` | {routing} | {names} | {does} |")
    return "\n".join(lines)


def _is_payout_card(card: CardFact) -> bool:
    return card in PAYOUT_CARDS


def _authenticates(card: CardFact) -> bool:
    return OUTCOMES[card.outcome].three_d_secure not in ("unenrolled", "unsupported")


def _simply_pays(card: CardFact) -> bool:
    return behaviour(OUTCOMES[card.outcome]) == "pays" or OUTCOMES[card.outcome].three_d_secure == "unsupported"


def _refused(card: CardFact) -> bool:
    return OUTCOMES[card.outcome].decline is not None and not _authenticates(card)


def _other(card: CardFact) -> bool:
    return not (_simply_pays(card) or _refused(card) or _authenticates(card))


def _of(wanted: Callable[[CardFact], bool]) -> Callable[[], str]:
    return lambda: _cards(card for card in CARDS if wanted(card) and not _is_payout_card(card))


def _debits() -> str:
    return _accounts(account for account in ACCOUNTS if account not in sepa_accounts.SEPA_ACCOUNTS)


PARTS: Mapping[str, Callable[[], str]] = {
    "cards-that-pay": _of(_simply_pays),
    "cards-declined": _of(_refused),
    "cards-authenticated": _of(_authenticates),
    "cards-others": _of(_other),
    "cards-for-payouts": lambda: _cards(PAYOUT_CARDS),
    "bank-accounts": _debits,
    "sepa-accounts": lambda: _accounts(sepa_accounts.SEPA_ACCOUNTS),
}
