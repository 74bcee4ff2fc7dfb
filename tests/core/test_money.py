"""Amounts: their limits, their fractions and how they are shown, for every currency."""

import pytest

from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest


def refusal(amount: int, currency: str) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        money.check_amount(amount, currency)
    assert caught.value.status == 400
    return caught.value


def test_the_table_names_each_currency_once() -> None:
    assert len(money.CODES) == len(set(money.CODES)) == len(money.CURRENCIES)
    named = {*money.MINIMUMS, *money.MAXIMUMS, *money.ZERO_DECIMAL, *money.THREE_DECIMAL, *money.SIGNS_BEFORE}
    assert named | set(money.SIGNS_AFTER) | money.WHOLE_UNITS_ONLY <= set(money.CODES)
    assert not set(money.SIGNS_BEFORE) & set(money.SIGNS_AFTER)


@pytest.mark.parametrize("code", money.CODES)
def test_every_currency_accepts_its_limits_and_refuses_what_lies_beyond(code: str) -> None:
    currency = money.CURRENCIES[code]
    least = -(-currency.minimum // currency.step) * currency.step
    most = currency.maximum - currency.maximum % currency.step
    money.check_amount(least, code)
    money.check_amount(most, code.upper())
    assert refusal(currency.maximum + 1, code).code == "amount_too_large"
    assert refusal(0, code).code == "parameter_invalid_integer"
    assert refusal(-5, code).code == "parameter_invalid_integer"
    if currency.minimum > 1:
        assert refusal(currency.minimum - 1, code).code == "amount_too_small"


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        (49, "usd", "Amount must be at least $0.50 usd"),
        (29, "gbp", "Amount must be at least £0.30 gbp"),
        (49, "jpy", "Amount must be at least ¥50 jpy"),
        (100_000_000, "usd", "Amount must be no more than $999,999.99"),
        (100_000_000, "jpy", "Amount must be no more than ¥99,999,999"),
        (1_000_000_000_000, "idr", "Amount must be no more than Rp9,999,999,999.99"),
        (0, "usd", "This value must be greater than or equal to 1."),
    ],
)
def test_refusals_say_the_limit(amount: int, currency: str, message: str) -> None:
    error = refusal(amount, currency)
    assert error.message == message
    assert error.param == "amount"


@pytest.mark.parametrize("currency", ["isk", "ugx"])
def test_currencies_without_coins_are_charged_in_hundreds(currency: str) -> None:
    money.check_amount(500, currency)
    assert refusal(550, currency).code == "invalid_charge_amount"


@pytest.mark.parametrize("currency", sorted(money.THREE_DECIMAL))
def test_three_decimal_amounts_end_in_zero(currency: str) -> None:
    money.check_amount(5120, currency)
    assert refusal(5124, currency).code == "invalid_charge_amount"


@pytest.mark.parametrize("currency", ["huf", "twd"])
def test_some_currencies_are_charged_in_coins_but_paid_out_whole(currency: str) -> None:
    money.check_amount(80_045, currency)
    money.check_payout_amount(80_000, currency)
    with pytest.raises(InvalidRequest):
        money.check_payout_amount(80_045, currency)


def test_an_unknown_currency_is_told_which_exist() -> None:
    with pytest.raises(InvalidRequest) as caught:
        money.check_currency("XYZ")
    sentence = "Invalid currency: xyz. Stripe currently supports these currencies: usd, aed, afn"
    assert caught.value.message.startswith(sentence)
    assert caught.value.param == "currency"
    assert money.check_currency("EUR") == "eur"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (2000, "usd", "$20.00"),
        (5, "usd", "$0.05"),
        (-123_456, "usd", "-$1,234.56"),
        (5, "jpy", "¥5"),
        (20, "xof", "20 Fr"),
        (100, "dzd", "1.00 د.ج"),
        (5120, "kwd", "5.120 KWD"),
        (500, "isk", "5.00 kr"),
        (1200, "kes", "12.00 KES"),
        (0, "eur", "€0.00"),
    ],
)
def test_amounts_are_shown_as_in_messages(amount: int, currency: str, shown: str) -> None:
    assert money.display(amount, currency) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (2000, "usd", "$20.00"),
        (-2000, "CAD", "-$20.00 CAD"),
        (500, "isk", "5.00 kr ISK"),
        (500, "sek", "5.00 kr"),
        (5, "cny", "¥0.05 CNY"),
        (0, "eur", "€0.00"),
        (1200, "kes", "12.00 KES"),
    ],
)
def test_currencies_of_one_sign_are_told_apart(amount: int, currency: str, shown: str) -> None:
    assert money.display_clearly(amount, currency) == shown
