"""Stripe's search language is read as documented, and what is not in it is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_lite.core import search
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.search import Clause, Kind, Operator, Query

FIELDS = {
    "amount": Kind.NUMERIC,
    "created": Kind.TIME,
    "disputed": Kind.BOOLEAN,
    "currency": Kind.TOKEN,
    "email": Kind.STRING,
    "metadata": Kind.TOKEN,
    "payment_method_details.card.last4": Kind.TOKEN,
}


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("email:'sally@rocketrides.io'", Clause("email", Operator.EQUALS, "sally@rocketrides.io")),
        ('email~"amy"', Clause("email", Operator.CONTAINS, "amy")),
        ("-currency:'jpy'", Clause("currency", Operator.EQUALS, "jpy", negated=True)),
        ("amount>1000", Clause("amount", Operator.ABOVE, "1000")),
        ('amount>="10"', Clause("amount", Operator.AT_LEAST, "10")),
        ("amount<=-5", Clause("amount", Operator.AT_MOST, "-5")),
        ("amount<2.5", Clause("amount", Operator.BELOW, "2.5")),
        ("url:null", Clause("url", Operator.EQUALS, None)),
        ("url:NULL", Clause("url", Operator.EQUALS, None)),
        ('url:"null"', Clause("url", Operator.EQUALS, "null")),
        ("metadata['key']:'value'", Clause("metadata", Operator.EQUALS, "value", key="key")),
        ('-metadata["donation-id"]:null', Clause("metadata", Operator.EQUALS, None, negated=True, key="donation-id")),
        (
            "payment_method_details.card.last4:0042",
            Clause("payment_method_details.card.last4", Operator.EQUALS, "0042"),
        ),
        (
            r'description:"the story called \"The Sky and the Sea.\""',
            Clause("description", Operator.EQUALS, 'the story called "The Sky and the Sea."'),
        ),
        (r"name:'O\'Hara \\ a\b'", Clause("name", Operator.EQUALS, r"O'Hara \ a\b")),
        ("name:'a OR b'", Clause("name", Operator.EQUALS, "a OR b")),
    ],
)
def test_a_clause_is_a_field_an_operator_and_a_value(text: str, clause: Clause) -> None:
    assert search.parse(text) == Query((clause,))


def test_clauses_are_combined_with_and_unless_or_is_written() -> None:
    both = (Clause("email", Operator.EQUALS, "a"), Clause("amount", Operator.ABOVE, "5"))
    assert search.parse("email:'a' amount>5") == Query(both)
    assert search.parse("  email:'a'  and   amount>5 ") == Query(both)
    assert search.parse("email:'a' OR amount>5") == Query(both, any_of=True)
    assert search.parse("email:'a' or amount>5") == Query(both, any_of=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "asdf",
        "email",
        "email:",
        "email:amy",
        "email:'amy",
        "email:\"amy'",
        "email='amy'",
        "email: 'amy'",
        ":'amy'",
        "--email:'amy'",
        "email:'a'AND amount>5",
        "email:'a'amount>5",
        "email:'a' AND",
        "OR email:'a'",
        "email:'a' AND amount>5 OR amount<3",
        "email:'a' amount>5 OR amount<3",
        "(email:'a')",
        "metadata:'a'",
        "metadata['a':'b'",
        "metadata[a]:'b'",
        "email['a']:'b'",
        "amount>1e3",
        "amount>1_000",
        "amount>٣",
        "amount>5x",
        "url:nullable",
        "email:'a\0b'",
        " AND ".join(["amount>1"] * 11),
    ],
)
def test_what_is_not_in_the_language_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="We were unable to parse your search query") as caught:
        search.parse(text)
    assert caught.value.status == 400


def test_ten_clauses_are_allowed() -> None:
    assert len(search.parse(" ".join(["amount>1"] * 10)).clauses) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo:'bar'", "Field `foo` is an unsupported search field for resource `payment_intents`."),
        ("currency>'usd'", "Field `currency` is of type token and does not support the operator `>`."),
        ("currency~'usd'", "Field `currency` is of type token and does not support the operator `~`."),
        ("email>'usd'", "Field `email` is of type string and does not support the operator `>`."),
        ("amount~'100'", "Field `amount` is of type numeric and does not support the operator `~`."),
        ("created~'100'", "Field `created` is of type numeric and does not support the operator `~`."),
        ("amount>null", "Field `amount` is of type numeric and does not support null."),
        ("email~null", "Field `email` is of type string and does not support null."),
        ("email~'ab'", "Substring search on field `email` needs at least 3 characters."),
        ("disputed:'maybe'", 'Field `disputed` accepts only the tokens "true" and "false".'),
        ("disputed:1", 'Field `disputed` accepts only the tokens "true" and "false".'),
        ("disputed~'true'", "Field `disputed` is of type token and does not support the operator `~`."),
        ("amount:'ten'", "Field `amount` is numeric and cannot be compared with `ten`."),
        ("amount>9999999999999999999", "Field `amount` is numeric and cannot be compared with `9999999999999999999`."),
        ("metadata['a']~'bcd'", "Field `metadata` is of type token and does not support the operator `~`."),
    ],
)
def test_a_field_is_only_asked_what_its_type_supports(text: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search.check(search.parse(text), FIELDS, "payment_intents")
    assert caught.value.message.startswith(message)


def test_every_supported_question_passes() -> None:
    query = (
        "amount>=5 created<1700000000 currency:'usd' email~'amy' -email:null metadata['k']:'v' amount:'3' amount:null"
    )
    search.check(search.parse(query), FIELDS, "charges")


def test_a_page_token_leads_back_to_its_id_and_no_other_text_is_one() -> None:
    token = search.page_token("ch_0abc")
    assert "ch_" not in token
    assert search.page_position(token) == "ch_0abc"
    for bad in ("", "ch_0abc", token + "x", "%%%", "é", "\ud800"):
        with pytest.raises(InvalidRequest):
            search.page_position(bad)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        query = search.parse(text)
    except InvalidRequest:
        return
    assert query.clauses


NO_NUL = st.text(st.characters(exclude_characters="\0"), max_size=40)


@given(NO_NUL, NO_NUL)
def test_every_text_can_be_quoted(key: str, value: str) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    clause = search.parse(f"metadata[{quoted(key)}]:{quoted(value)}").clauses[0]
    assert (clause.key, clause.value) == (key, value)
