"""Why payouts fail, as the bank's codes and as sentences."""

MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debits are not approved on the bank account, which has to take debits and credits.",
    "declined": "The bank declined this payout.",
    "insufficient_funds": "The balance was too low to cover this payout.",
    "invalid_currency": "The bank could not process this payout in its currency.",
    "no_account": "The bank account could not be found: its details are probably not right.",
}


def message_of(code: str | None) -> str | None:
    """The sentence that goes with a failure code."""
    return None if code is None else MESSAGES[code]
