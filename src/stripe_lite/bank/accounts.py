"""Every test bank account that Stripe documents, one a line, and how an account's details are read."""

from stripe_lite.bank.facts import AccountFact, Method
from stripe_lite.bank.sepa_accounts import SEPA_ACCOUNTS
from stripe_lite.core.errors import InvalidRequest

BACS_REFUSED = "00044444"  # Setting up a Bacs debit with this number fails at once.

# The method, the number, its whole names, what the bank does, the country, and the branch where the account is.
ACCOUNTS: tuple[AccountFact, ...] = (
    # United States.
    AccountFact(
        "us_bank_account",
        "000123456789",
        ("pm_usBankAccount_success", "btok_us_verified"),
        "debit_success",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account",
        "000111111113",
        ("pm_usBankAccount_accountClosed", "btok_us_verified_accountClosed"),
        "debit_account_closed",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account", "000000004954", ("pm_usBankAccount_riskLevelHighest",), "debit_blocked", "US", "110000000"
    ),
    AccountFact(
        "us_bank_account",
        "000111111116",
        ("pm_usBankAccount_noAccount", "btok_us_verified_noAccount"),
        "debit_no_account",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account",
        "000222222227",
        ("pm_usBankAccount_insufficientFunds", "btok_us_verified_insufficientFunds"),
        "debit_insufficient_funds",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account",
        "000333333335",
        ("pm_usBankAccount_debitNotAuthorized", "btok_us_verified_debitNotAuthorized"),
        "debit_not_authorized",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account",
        "000444444440",
        ("pm_usBankAccount_invalidCurrency", "btok_us_verified_invalidCurrency"),
        "debit_invalid_currency",
        "US",
        "110000000",
    ),
    AccountFact(
        "us_bank_account",
        "000666666661",
        ("pm_usBankAccount_failMicrodeposits",),
        "debit_microdeposits_fail",
        "US",
        "110000000",
    ),
    AccountFact("us_bank_account", "000555555559", ("pm_usBankAccount_dispute",), "debit_disputed", "US", "110000000"),
    AccountFact(
        "us_bank_account", "000000000009", ("pm_usBankAccount_processing",), "debit_processing", "US", "110000000"
    ),
    AccountFact(
        "us_bank_account",
        "000777777771",
        ("pm_usBankAccount_weeklyLimitExceeded",),
        "debit_source_limit",
        "US",
        "110000000",
    ),
    # United Kingdom, by sort code.
    AccountFact("bacs_debit", "00012345", ("pm_bacsDebit_success",), "debit_success", "GB", "108800"),
    AccountFact("bacs_debit", "90012345", ("pm_bacsDebit_successDelayed",), "debit_success_slow", "GB", "108800"),
    AccountFact("bacs_debit", "33333335", ("pm_bacsDebit_debitNotAuthorized",), "debit_not_authorized", "GB", "108800"),
    AccountFact(
        "bacs_debit",
        "93333335",
        ("pm_bacsDebit_debitNotAuthorizedDelayed",),
        "debit_not_authorized_slow",
        "GB",
        "108800",
    ),
    AccountFact(
        "bacs_debit", "22222227", ("pm_bacsDebit_insufficientFunds",), "debit_insufficient_funds", "GB", "108800"
    ),
    AccountFact(
        "bacs_debit",
        "92222227",
        ("pm_bacsDebit_insufficientFundsDelayed",),
        "debit_insufficient_funds_slow",
        "GB",
        "108800",
    ),
    AccountFact("bacs_debit", "55555559", ("pm_bacsDebit_dispute",), "debit_disputed_slow", "GB", "108800"),
    AccountFact("bacs_debit", "00033333", ("pm_bacsDebit_mandateRefused",), "debit_mandate_refused", "GB", "108800"),
    AccountFact("bacs_debit", "34343434", ("pm_bacsDebit_exceedsWeeklyLimit",), "debit_source_limit", "GB", "108800"),
    AccountFact(
        "bacs_debit", "12121212", ("pm_bacsDebit_exceedsTransactionLimit",), "debit_transaction_limit", "GB", "108800"
    ),
    # Australia, by BSB.
    AccountFact("au_becs_debit", "000123456", ("pm_auBecsDebit_success",), "debit_success", "AU", "000000"),
    AccountFact("au_becs_debit", "900123456", ("pm_auBecsDebit_successDelayed",), "debit_success_slow", "AU", "000000"),
    AccountFact(
        "au_becs_debit", "111111113", ("pm_auBecsDebit_accountClosed",), "debit_account_closed", "AU", "000000"
    ),
    AccountFact("au_becs_debit", "111111116", ("pm_auBecsDebit_noAccount",), "debit_no_account", "AU", "000000"),
    AccountFact(
        "au_becs_debit", "222222227", ("pm_auBecsDebit_referToCustomer",), "debit_refer_to_customer", "AU", "000000"
    ),
    AccountFact(
        "au_becs_debit",
        "922222227",
        ("pm_auBecsDebit_referToCustomerDelayed",),
        "debit_refer_to_customer_slow",
        "AU",
        "000000",
    ),
    AccountFact(
        "au_becs_debit", "333333335", ("pm_auBecsDebit_debitNotAuthorized",), "debit_not_authorized", "AU", "000000"
    ),
    AccountFact("au_becs_debit", "666666660", ("pm_auBecsDebit_dispute",), "debit_disputed", "AU", "000000"),
    AccountFact(
        "au_becs_debit", "343434343", ("pm_auBecsDebit_exceedsWeeklyLimit",), "debit_source_limit", "AU", "000000"
    ),
    AccountFact(
        "au_becs_debit",
        "121212121",
        ("pm_auBecsDebit_exceedsTransactionLimit",),
        "debit_transaction_limit",
        "AU",
        "000000",
    ),
    # Canada, by transit and institution; of the last four only the names are documented, the numbers are ours.
    AccountFact("acss_debit", "000123456789", ("pm_acssDebit_success",), "debit_success", "CA", "11000-000"),
    AccountFact("acss_debit", "900123456789", (), "debit_success_slow", "CA", "11000-000"),
    AccountFact(
        "acss_debit", "000222222227", ("pm_acssDebit_insufficientFunds",), "debit_insufficient_funds", "CA", "11000-000"
    ),
    AccountFact("acss_debit", "900222222227", (), "debit_insufficient_funds_slow", "CA", "11000-000"),
    AccountFact("acss_debit", "000666666661", (), "debit_microdeposits_fail", "CA", "11000-000"),
    AccountFact("acss_debit", "000777777771", (), "debit_source_limit", "CA", "11000-000"),
    AccountFact("acss_debit", "000888888881", (), "debit_transaction_limit", "CA", "11000-000"),
    AccountFact("acss_debit", "000111111116", ("pm_acssDebit_noAccount",), "debit_no_account", "CA", "11000-000"),
    AccountFact(
        "acss_debit", "000111111113", ("pm_acssDebit_accountClosed",), "debit_account_closed", "CA", "11000-000"
    ),
    AccountFact(
        "acss_debit", "000333333335", ("pm_acssDebit_debitNotAuthorized",), "debit_not_authorized", "CA", "11000-000"
    ),
    AccountFact("acss_debit", "000555555559", ("pm_acssDebit_dispute",), "debit_disputed", "CA", "11000-000"),
    # New Zealand, by bank and branch; the last three digits of the number are the suffix.
    AccountFact("nz_bank_account", "0000000010", ("pm_nzBankAccount_success",), "debit_success", "NZ", "11-0000"),
    AccountFact(
        "nz_bank_account",
        "2222222027",
        ("pm_nzBankAccount_insufficientFunds",),
        "debit_insufficient_funds",
        "NZ",
        "11-0000",
    ),
    AccountFact(
        "nz_bank_account",
        "8888888000",
        ("pm_nzBankAccount_referToCustomer",),
        "debit_refer_to_customer",
        "NZ",
        "11-0000",
    ),
    AccountFact("nz_bank_account", "1111111016", ("pm_nzBankAccount_noAccount",), "debit_no_account", "NZ", "11-0000"),
    AccountFact(
        "nz_bank_account",
        "5555555059",
        ("pm_nzBankAccount_debitNotAuthorized",),
        "debit_not_authorized",
        "NZ",
        "11-0000",
    ),
    AccountFact("nz_bank_account", "9999999000", ("pm_nzBankAccount_processing",), "debit_processing", "NZ", "11-0000"),
    *SEPA_ACCOUNTS,
)

# How a debit behaves that was made of a payment elsewhere, by how the payer's e-mail address ends before the @; a
# country may follow. The longer one of two that begin alike stands first.
_BY_EMAIL = {
    "generatedSepaDebitIntentsSucceedDelayed": "debit_success_slow",
    "generatedSepaDebitIntentsSucceedDisputed": "debit_disputed",
    "generatedSepaDebitIntentsSucceed": "debit_success",
    "generatedSepaDebitIntentsFailsDueToInsufficientFunds": "debit_insufficient_funds",
    "generatedSepaDebitIntentsFailDelayed": "debit_failed_slow",
    "generatedSepaDebitIntentsFail": "debit_failed",
}

_COUNTRIES = {"bacs_debit": "GB", "au_becs_debit": "AU", "acss_debit": "CA", "nz_bank_account": "NZ"}
_LENGTHS = {
    "bacs_debit": (8,),
    "au_becs_debit": range(5, 10),
    "acss_debit": range(5, 13),
    "nz_bank_account": range(8, 12),
}
# Backwards, so that of two lines with one number the first one stays.
_BY_NUMBER: dict[tuple[str, str], AccountFact] = {
    (account.method, account.number): account for account in reversed(ACCOUNTS)
}
_BY_NAME = {name: account for account in ACCOUNTS for name in account.names}


def by_number(method: str, number: str) -> AccountFact | None:
    """Look up a test account by the payment method's type and the account number or IBAN."""
    return _BY_NUMBER.get((method, number))


def by_name(name: str) -> AccountFact | None:
    """Look up a test account by a name such as `pm_usBankAccount_success`, `pm_success_de` or `btok_us_verified`."""
    return _BY_NAME.get(name)


def generated(country: str, email: str) -> AccountFact:
    """The test account in a country that the page of a payment elsewhere tells, by the payer's e-mail address."""
    named = email.partition("@")[0].rpartition("_")[2]
    outcome = next((slug for name, slug in _BY_EMAIL.items() if named.startswith(name)), "debit_success")
    return next(account for account in SEPA_ACCOUNTS if account.country == country and account.outcome == outcome)


def recognise(method: Method, number: str, *, routing: str | None = None, param: str | None = None) -> AccountFact:
    """Read an account's details; raises InvalidRequest where they cannot be right. `param` is what brought them."""
    digits = number.replace(" ", "").replace("-", "").upper()
    known = _BY_NUMBER.get((method, digits))
    if method == "us_bank_account":
        return _us_account(known, routing, param or method)
    if method == "sepa_debit":
        return known or _iban(digits)
    if digits == BACS_REFUSED or len(digits) not in _LENGTHS[method] or not _digits(digits):
        raise InvalidRequest(
            "The account number is not valid.", code="account_number_invalid", param=f"{method}[account_number]"
        )
    return known or AccountFact(method, digits, (), country=_COUNTRIES[method], routing=routing)


def iban_valid(iban: str) -> bool:
    """Tell whether an IBAN's two check digits agree with the rest."""
    if not (15 <= len(iban) <= 34 and iban.isascii() and iban.isalnum() and iban[:2].isalpha() and _digits(iban[2:4])):
        return False
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _us_account(known: AccountFact | None, routing: str | None, param: str) -> AccountFact:
    if routing is not None and not (len(routing) == 9 and _digits(routing)):
        raise InvalidRequest(
            "Routing number must have 9 digits.",
            code="routing_number_invalid",
            param=f"{param}[routing_number]",
        )
    if known is None:
        raise InvalidRequest(
            "You must use a test bank account number in test mode. Try 000123456789 or see more options at "
            "https://stripe.com/docs/connect/testing#account-numbers.",
            code="account_number_invalid",
            param=f"{param}[account_number]",
        )
    return known


def _iban(iban: str) -> AccountFact:
    if not iban_valid(iban):
        raise InvalidRequest("The IBAN is not valid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
    return AccountFact("sepa_debit", iban, (), country=iban[:2])
