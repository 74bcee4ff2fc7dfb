"""Test bank accounts outside the US that a payout to them fails at, recognised by their numbers."""

# What is left of an account number without its leading zeros: the same digits in every country, shortened where numbers
# are shorter there.
_BY_DIGITS = {
    number[-length:]: outcome
    for number, outcome in (
        ("111111116", "debit_no_account"),
        ("111111113", "debit_account_closed"),
        ("222222227", "debit_insufficient_funds"),
        ("333333335", "debit_not_authorized"),
        ("444444440", "debit_invalid_currency"),
    )
    for length in (7, 8, 9)
}
# IBANs of any country end alike.
_BY_IBAN_END = {
    "0532013001": "debit_no_account",
    "0532013002": "debit_account_closed",
    "0532013003": "debit_insufficient_funds",
    "0532013004": "debit_not_authorized",
    "0532013005": "debit_invalid_currency",
}
_IBAN_END_LENGTH = 10


def outcome_of(number: str) -> str:
    """Tell how the bank behaves towards an account with this number or IBAN."""
    if number[:2].isalpha():
        return _BY_IBAN_END.get(number[-_IBAN_END_LENGTH:], "debit_success")
    return _BY_DIGITS.get(number.lstrip("0"), "debit_success")
