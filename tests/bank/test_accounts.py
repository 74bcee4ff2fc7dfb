"""The table of test bank accounts, and how an account's details are read."""

from collections import Counter

import pytest

from stripe_lite.bank import accounts
from stripe_lite.bank.facts import AccountFact, Method
from stripe_lite.bank.outcomes import OUTCOMES
from stripe_lite.core.errors import InvalidRequest


@pytest.mark.parametrize("account", accounts.ACCOUNTS, ids=lambda account: f"{account.method}-{account.number}")
def test_every_account_is_well_formed_and_found_by_number_and_names(account: AccountFact) -> None:
    assert account.outcome in OUTCOMES
    assert account.outcome.startswith("debit_")
    found = accounts.by_number(account.method, account.number)
    assert found is not None and found.number == account.number
    assert accounts.recognise(account.method, account.number, routing=account.routing) is found
    for name in account.names:
        assert accounts.by_name(name) is account
    if account.method == "sepa_debit":
        assert accounts.iban_valid(account.number)
        assert account.number.startswith(account.country)


def test_names_are_unique() -> None:
    assert Counter(name for account in accounts.ACCOUNTS for name in account.names).most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    ("name", "outcome", "last4"),
    [
        ("pm_usBankAccount_success", "debit_success", "6789"),
        ("pm_usBankAccount_insufficientFunds", "debit_insufficient_funds", "2227"),
        ("pm_usBankAccount_processing", "debit_processing", "0009"),
        ("btok_us_verified_noAccount", "debit_no_account", "1116"),
        ("pm_success_de", "debit_success", "3000"),
        ("pm_failedDelayed_fr", "debit_failed_slow", "2600"),
        ("pm_exceedsWeeklyTransactionLimit_no", "debit_weekly_limit", "3434"),
        ("pm_bacsDebit_mandateRefused", "debit_mandate_refused", "3333"),
        ("pm_auBecsDebit_referToCustomer", "debit_refer_to_customer", "2227"),
        ("pm_acssDebit_dispute", "debit_disputed", "5559"),
        ("pm_nzBankAccount_referToCustomer", "debit_refer_to_customer", "8000"),
    ],
)
def test_a_named_account_does_what_is_documented(name: str, outcome: str, last4: str) -> None:
    account = accounts.by_name(name)
    assert account is not None
    assert (account.outcome, account.last4) == (outcome, last4)


def test_of_a_number_listed_twice_the_first_place_counts() -> None:
    account = accounts.by_number("sepa_debit", "NL55RABO0300065267")
    assert account is not None and account.outcome == "debit_success_slow"


@pytest.mark.parametrize(
    ("method", "number", "routing", "code"),
    [
        ("us_bank_account", "123456789012", "110000000", "account_number_invalid"),
        ("us_bank_account", "000123456789", "11000", "routing_number_invalid"),
        ("us_bank_account", "000123456789", "11000000x", "routing_number_invalid"),
        ("sepa_debit", "DE89370400440532013009", None, "invalid_bank_account_iban"),
        ("sepa_debit", "DE", None, "invalid_bank_account_iban"),
        ("bacs_debit", "00044444", "108800", "account_number_invalid"),
        ("bacs_debit", "123", "108800", "account_number_invalid"),
        ("au_becs_debit", "12a456789", "000000", "account_number_invalid"),
    ],
)
def test_details_that_cannot_be_right_are_refused(method: Method, number: str, routing: str | None, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        accounts.recognise(method, number, routing=routing)
    assert refused.value.code == code
    assert number not in refused.value.message


def test_a_valid_iban_of_no_table_pays() -> None:
    account = accounts.recognise("sepa_debit", "DE12 5001 0517 0648 4898 90")
    assert (account.outcome, account.country, account.last4) == ("debit_success", "DE", "9890")


def test_an_australian_account_of_no_table_pays() -> None:
    account = accounts.recognise("au_becs_debit", "987654321", routing="082082")
    assert (account.outcome, account.country, account.routing) == ("debit_success", "AU", "082082")
