"""Test bank accounts that payers name to get a bank transfer back: some take the money, others send it back again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TestAccounts:
    """How accounts in one currency are written, and which of them there are: by the ends of their numbers."""

    __test__ = False  # No test, for all its name says.

    noun: str
    takes: frozenset[str]
    returns: frozenset[str]
    example: str
    routing: str | None = None


_IBANS = frozenset(f"053201300{digit}" for digit in range(1, 6))

ACCOUNTS: dict[str, TestAccounts] = {
    "eur": TestAccounts("IBAN", frozenset({"0532013000"}), _IBANS, "DE89370400440532013000"),
    "gbp": TestAccounts(
        "account number",
        frozenset({"00012345"}),
        frozenset({"11111113", "11111116", "22222227", "33333335", "44444440"}),
        "00012345",
        routing="108800",
    ),
    "jpy": TestAccounts(
        "account number",
        frozenset({"0001234"}),
        frozenset({"1111113", "1111116", "2222227", "3333335", "4444440"}),
        "0001234",
        routing="1100000",
    ),
    "mxn": TestAccounts(
        "CLABE",
        frozenset({"000000001234567897"}),
        frozenset(
            {
                "000000111111111117",
                "000000111111111133",
                "000000222222222224",
                "000000333333333331",
                "000000444444444448",
            }
        ),
        "000000001234567897",
    ),
    "usd": TestAccounts(
        "account number",
        frozenset({"000123456789"}),
        frozenset({"000111111113", "000111111116", "000222222227", "000333333335", "000444444440"}),
        "000123456789",
        routing="110000000",
    ),
}
IBAN_END = 10


def takes_money(currency: str, number: str) -> bool | None:
    """Whether a transfer to this account arrives; None where there is no such account."""
    accounts = ACCOUNTS[currency]
    written = "".join(character for character in number.upper() if character.isalnum())
    if accounts.noun == "IBAN":
        written = written[-IBAN_END:] if written[:2].isalpha() else ""
    if written in accounts.takes:
        return True
    return False if written in accounts.returns else None
