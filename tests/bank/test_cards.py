"""The table of test cards, and how a card's details are read."""

from collections import Counter
from datetime import date

import pytest

from stripe_lite.bank import cards
from stripe_lite.bank.facts import CardFact, fingerprint
from stripe_lite.bank.outcomes import DECLINES, OUTCOMES, attach_refusal, by_slug
from stripe_lite.core.errors import CardError

TODAY = date(2026, 6, 15)
BRANDS = {"amex", "diners", "discover", "jcb", "mastercard", "unionpay", "unknown", "visa"}


def read(number: str, exp_month: int = 12, exp_year: int = 2034, cvc: str | None = "123") -> CardFact:
    return cards.recognise(number, exp_month=exp_month, exp_year=exp_year, cvc=cvc, today=TODAY)


@pytest.mark.parametrize("card", cards.CARDS, ids=lambda card: card.number)
def test_every_card_is_well_formed_and_found_by_number_and_names(card: CardFact) -> None:
    assert cards.luhn_valid(card.number)
    assert card.brand in BRANDS
    assert len(card.country) == 2 and card.country.isupper()
    assert card.outcome in OUTCOMES
    assert not card.outcome.startswith("debit_")
    assert cards.by_number(card.number) is card
    assert read(card.number, cvc="1234" if card.brand == "amex" else "123") is card
    for name in card.names:
        assert cards.by_name(f"pm_card_{name}") is card
        assert cards.by_name(f"tok_{name}") is card


def test_numbers_and_names_are_unique() -> None:
    assert Counter(card.number for card in cards.CARDS).most_common(1)[0][1] == 1
    assert Counter(name for card in cards.CARDS for name in card.names).most_common(1)[0][1] == 1


def test_every_decline_that_an_outcome_names_exists() -> None:
    for outcome in OUTCOMES.values():
        for name in (outcome.decline, outcome.off_session_decline):
            assert name is None or name in DECLINES
        assert outcome.attach == "accepted" or outcome.decline is not None


@pytest.mark.parametrize(
    ("name", "last4", "brand", "country", "funding", "networks"),
    [
        ("pm_card_visa", "4242", "visa", "US", "credit", ("visa",)),
        ("tok_visa_debit", "5556", "visa", "US", "debit", ("visa",)),
        ("pm_card_mastercard_prepaid", "5100", "mastercard", "US", "prepaid", ("mastercard",)),
        ("pm_card_amex", "0005", "amex", "US", "credit", ("amex",)),
        ("pm_card_jcb", "0505", "jcb", "JP", "credit", ("jcb",)),
        ("pm_card_unionpay", "0005", "unionpay", "CN", "credit", ("unionpay",)),
        ("tok_br", "0002", "visa", "BR", "credit", ("visa",)),
        ("pm_card_gb_mastercard", "4449", "mastercard", "GB", "credit", ("mastercard",)),
        ("pm_card_visa_cartesBancaires", "1001", "visa", "FR", "credit", ("visa", "cartes_bancaires")),
        (
            "pm_card_mastercard_debit_eftposAuCoBranded",
            "0080",
            "mastercard",
            "AU",
            "debit",
            ("mastercard", "eftpos_au"),
        ),
    ],
)
def test_a_named_card_shows_what_is_documented(
    name: str, last4: str, brand: str, country: str, funding: str, networks: tuple[str, ...]
) -> None:
    card = cards.by_name(name)
    assert card is not None
    assert (card.last4, card.brand, card.country, card.funding, card.networks) == (
        last4,
        brand,
        country,
        funding,
        networks,
    )


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
    ],
)
def test_a_declined_card_cannot_be_attached(number: str, code: str, decline_code: str | None) -> None:
    refusal = attach_refusal(read(number).outcome)
    assert refusal is not None
    assert (refusal.code, refusal.decline_code) == (code, decline_code)


def test_a_card_that_declines_only_charges_can_be_attached() -> None:
    assert attach_refusal(read("4000000000000341").outcome) is None


def test_an_incorrect_cvc_is_noticed_only_where_one_is_given() -> None:
    assert attach_refusal("declined_incorrect_cvc", cvc=False) is None


@pytest.mark.parametrize(
    ("details", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "42424242"}, "incorrect_number", "number"),
        ({"number": "4242-abcd"}, "invalid_number", "number"),
        ({"number": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}, "invalid_number", "number"),
        ({"number": ""}, "invalid_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_month": 0}, "invalid_expiry_month", "exp_month"),
        ({"exp_month": 5, "exp_year": 2026}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 95}, "invalid_expiry_year", "exp_year"),
        ({"exp_year": 2025}, "invalid_expiry_year", "exp_year"),
        ({"exp_year": 2077}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "99"}, "invalid_cvc", "cvc"),
        ({"cvc": "1234"}, "invalid_cvc", "cvc"),
        ({"cvc": "12x"}, "invalid_cvc", "cvc"),
        ({"number": "4024007134364842"}, "card_declined", None),
    ],
)
def test_details_that_cannot_be_right_are_refused(details: dict[str, str | int], code: str, param: str | None) -> None:
    told: dict[str, str | int] = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    told |= details
    with pytest.raises(CardError) as refused:
        cards.recognise(
            str(told["number"]),
            exp_month=int(told["exp_month"]),
            exp_year=int(told["exp_year"]),
            cvc=str(told["cvc"]),
            today=TODAY,
        )
    assert (refused.value.code, refused.value.param) == (code, param)
    assert str(told["number"]) not in refused.value.message or not told["number"]


def test_a_real_card_is_declined_as_such() -> None:
    with pytest.raises(CardError) as refused:
        read("4024007134364842")
    assert refused.value.body()["decline_code"] == "test_mode_live_card"


def test_spaces_and_dashes_in_a_number_do_not_matter() -> None:
    assert read("4242 4242-4242 4242") is cards.by_number("4242424242424242")


def test_a_card_is_good_until_the_end_of_its_month_and_needs_no_cvc() -> None:
    assert read("4242424242424242", exp_month=6, exp_year=26, cvc=None).last4 == "4242"


@pytest.mark.parametrize(("year", "whole"), [(26, 2026), (75, 2075), (76, 1976), (95, 1995), (2034, 2034), (0, 2000)])
def test_a_year_of_two_digits_is_the_nearest(year: int, whole: int) -> None:
    assert cards.expiry_year(year, TODAY) == whole


def test_a_fingerprint_depends_on_number_and_key_and_tells_neither() -> None:
    name = fingerprint("4242424242424242", b"key")
    assert len(name) == 16 and name.isalnum() and "4242" not in name
    assert name == fingerprint("4242424242424242", b"key")
    assert name != fingerprint("4242424242424242", b"another key")
    assert name != fingerprint("5555555555554444", b"key")


@pytest.mark.parametrize("name", ["pm_card_nobody", "tok_", "pm_visa", "pm_1Kabc", "visa"])
def test_other_names_are_no_cards(name: str) -> None:
    assert cards.by_name(name) is None


@pytest.mark.parametrize(
    ("slug", "on_session", "off_session", "off_session_set_up", "requested"),
    [
        ("approved", False, False, False, False),
        ("approved_without_3ds", False, False, False, False),
        ("3ds_required", True, True, True, True),
        ("3ds_required_error", False, False, False, False),
        ("3ds_optional", False, False, False, True),
        ("3ds_optional_error", False, False, False, False),
        ("3ds_unless_set_up", True, True, False, True),
        ("3ds_set_up", True, False, False, True),
        ("3ds_insufficient_funds", True, False, False, True),
    ],
)
def test_when_the_payer_must_authenticate(
    slug: str, on_session: bool, off_session: bool, off_session_set_up: bool, requested: bool
) -> None:
    outcome = by_slug(slug)
    assert outcome is not None
    assert outcome.needs_challenge(off_session=False) is on_session
    assert outcome.needs_challenge(off_session=True) is off_session
    assert outcome.needs_challenge(off_session=True, set_up=True) is off_session_set_up
    assert outcome.needs_challenge(off_session=False, requested=True) is requested
