"""Card numbers are recognised by their check digit, however they are spaced."""

import pytest

from stripe_lite.core.card_numbers import passes_luhn, redact


@pytest.mark.parametrize("number", ["4242424242424242", "378282246310005", "6011111111111117", "4222222222222", "0"])
def test_a_card_number_passes(number: str) -> None:
    assert passes_luhn(number)


@pytest.mark.parametrize("number", ["4242424242424241", "378282246310004", "1"])
def test_a_mistyped_number_fails(number: str) -> None:
    assert not passes_luhn(number)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("card 4242424242424242.", "card ****4242."),
        ("4242 4242 4242 4242 and 3782-822463-10005", "****4242 and ****0005"),
        ("order 4242424242424241", "order 4242424242424241"),
        ("9223372036854775808", "9223372036854775808"),
        ("00004242424242424242000", "00004242424242424242000"),
        ("no number", "no number"),
    ],
)
def test_only_card_numbers_are_redacted(text: str, redacted: str) -> None:
    assert redact(text) == redacted
