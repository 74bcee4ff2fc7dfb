"""The chart of accounts: whose money an entry of the ledger counts.

| book | counts | moved by |
|---|---|---|
| `merchant` | what the account owns: pending until an entry's money is available, available from then on | everything |
| `fees` | what the processor kept | payments, disputes, instant payouts |
| `bank` | what the banks hold for the processor, with its sign turned: payments make it negative | payments, refunds |
| `disputes` | what was withdrawn for disputes that are not decided | disputes |
| `payouts` | what is on its way to the account's bank | payouts |
| `exchange` | both sides of what was converted, each in its own currency | payments in foreign currencies |
| `customer_balance` | what customers transferred and have not paid with yet | bank transfers |

Pending and available are one book seen by the clock: when a payment's money becomes available nothing is posted.
"""

from enum import StrEnum


class Book(StrEnum):
    """One account of the ledger. Positive amounts are what its owner has to get."""

    MERCHANT = "merchant"
    FEES = "fees"
    BANK = "bank"
    DISPUTES = "disputes"
    PAYOUTS = "payouts"
    EXCHANGE = "exchange"
    CUSTOMER_BALANCE = "customer_balance"
