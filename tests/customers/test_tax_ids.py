"""Tax ids of customers and of the account, and what a register says of them."""

import asyncio
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from stripe_lite.customers.tax_ids import formats
from tests.shop import Shop, raises_stripe


async def test_a_tax_id_lives_and_dies(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    tax_id = await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "eu_vat", "value": "DE123456789"})
    assert (tax_id.country, tax_id.customer, tax_id.verification.status) == ("DE", customer.id, "pending")
    assert tax_id.owner.to_dict() == {"customer": customer.id, "customer_account": None, "type": "customer"}
    assert tax_id == await shop.v1.customers.tax_ids.retrieve_async(customer.id, tax_id.id)
    assert tax_id == await shop.v1.tax_ids.retrieve_async(tax_id.id)
    deleted = await shop.v1.customers.tax_ids.delete_async(customer.id, tax_id.id)
    assert deleted.deleted
    with raises_stripe(code="resource_missing", param="id", status=404):
        await shop.v1.customers.tax_ids.retrieve_async(customer.id, tax_id.id)
    assert await shop.event_types() == ["customer.created", "customer.tax_id.created", "customer.tax_id.deleted"]


async def test_a_customer_is_created_with_tax_ids(shop: Shop) -> None:
    ids = [{"type": "us_ein", "value": "12-3456789"}, {"type": "gb_vat", "value": "GB123456789"}]
    customer = await shop.v1.customers.create_async({"tax_id_data": ids, "expand": ["tax_ids"]})
    assert [(tax_id.type, tax_id.country) for tax_id in customer.tax_ids.data] == [("gb_vat", "GB"), ("us_ein", "US")]
    assert customer.tax_ids.url == f"/v1/customers/{customer.id}/tax_ids"
    assert customer.tax_ids.data[1].verification.status == "unavailable"
    assert await shop.event_types() == ["customer.created", "customer.tax_id.created", "customer.tax_id.created"]


async def test_a_wrong_tax_id_creates_no_customer(shop: Shop) -> None:
    ids = [{"type": "us_ein", "value": "12-3456789"}, {"type": "eu_vat", "value": "1"}]
    with raises_stripe(code="tax_id_invalid", param="tax_id_data[1][value]", message="Invalid value for eu_vat."):
        await shop.v1.customers.create_async({"tax_id_data": ids})
    assert (await shop.v1.customers.list_async()).data == []


async def test_a_customer_has_up_to_five_tax_ids(shop: Shop) -> None:
    ids = [{"type": "us_ein", "value": f"12-345678{digit}"} for digit in range(6)]
    with raises_stripe(param="tax_id_data", message="A customer can have up to 5 tax IDs.", status=400):
        await shop.v1.customers.create_async({"tax_id_data": ids})
    customer = await shop.v1.customers.create_async({"tax_id_data": ids[:4]})
    owner = {"type": "customer", "customer": customer.id}
    creating = [shop.v1.customers.tax_ids.create_async(customer.id, ids[4]) for _ in range(3)]
    creating += [shop.v1.tax_ids.create_async(ids[5] | {"owner": owner}) for _ in range(3)]
    made = await asyncio.gather(*creating, return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in made) == 1
    listed = (await shop.v1.customers.tax_ids.list_async(customer.id)).data
    assert len(listed) == 5
    await shop.v1.tax_ids.delete_async(listed[0].id)
    await shop.v1.customers.tax_ids.create_async(customer.id, ids[4])


async def test_an_account_has_up_to_25_tax_ids(shop: Shop) -> None:
    owners: list[dict[str, Any]] = [{}, {"owner": {"type": "account", "account": shop.account_id}}]
    for number in range(25):
        await shop.v1.tax_ids.create_async({"type": "eu_vat", "value": "DE123456789"} | owners[number % 2])
    with raises_stripe(message="An account can have up to 25 tax IDs.", status=400):
        await shop.v1.tax_ids.create_async({"type": "eu_vat", "value": "DE123456789"})


async def test_a_register_says_what_stripes_test_values_want(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    statuses = {"000000000": "verified", "111111111": "unverified", "222222222": "pending", "DE111111111": "unverified"}
    tax_ids = shop.v1.customers.tax_ids
    made = {}
    for value in statuses:
        tax_id = await tax_ids.create_async(customer.id, {"type": "eu_vat", "value": value})
        assert tax_id.verification.status == "pending"
        made[value] = tax_id.id

    async def verification_of(value: str) -> Any:
        return (await tax_ids.retrieve_async(customer.id, made[value])).verification

    for value, status in statuses.items():
        await shop.until(partial(verification_of, value), status=status)
    events = (await shop.v1.events.list_async({"type": "customer.tax_id.updated"})).data
    assert len(events) == 3
    assert {event["request"].id for event in events} == {None}
    assert events[0].data.previous_attributes.to_dict() == {"verification": {"status": "pending"}}


async def test_a_tax_id_deleted_in_the_meantime_is_not_verified(shop: Shop, dsn: str) -> None:
    customer = await shop.v1.customers.create_async()
    tax_id = await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "au_abn", "value": "12 345 678 912"})
    await shop.v1.tax_ids.delete_async(tax_id.id)
    connection = await asyncpg.connect(dsn)

    async def jobs() -> SimpleNamespace:
        count = "SELECT count(*) FROM jobs WHERE account_id = $1"
        return SimpleNamespace(left=await connection.fetchval(count, shop.account_id))

    try:
        await shop.until(jobs, left=0)
    finally:
        await connection.close()
    assert "customer.tax_id.updated" not in await shop.event_types()


async def test_the_account_has_tax_ids_of_its_own(shop: Shop) -> None:
    mine = await shop.v1.tax_ids.create_async({"type": "us_ein", "value": "12-3456789"})
    assert (mine.customer, mine.owner.type) == (None, "self")
    owned = {"type": "account", "account": shop.account_id}
    named = await shop.v1.tax_ids.create_async({"type": "us_ein", "value": "12-3456780", "owner": owned})
    assert named.owner.account == shop.account_id
    assert [tax_id.id for tax_id in (await shop.v1.tax_ids.list_async()).data] == [mine.id]
    assert [tax_id.id for tax_id in (await shop.v1.tax_ids.list_async({"owner": owned})).data] == [named.id]
    assert await shop.event_types() == []


async def test_a_customers_tax_ids_are_reached_by_their_owner(shop: Shop) -> None:
    ann, bob = await shop.v1.customers.create_async(), await shop.v1.customers.create_async()
    owner = {"type": "customer", "customer": ann.id}
    tax_id = await shop.v1.tax_ids.create_async({"type": "ca_bn", "value": "123456789", "owner": owner})
    expand = ["data.customer", "data.owner.customer", "data.owner.application"]
    listed = await shop.v1.tax_ids.list_async({"owner": owner, "expand": expand})
    assert listed.data[0].customer.id == ann.id
    assert listed.data[0].owner.customer.id == ann.id
    assert [one.id for one in (await shop.v1.customers.tax_ids.list_async(ann.id)).data] == [tax_id.id]
    assert (await shop.v1.customers.tax_ids.list_async(bob.id)).data == []
    for call in (shop.v1.customers.tax_ids.retrieve_async, shop.v1.customers.tax_ids.delete_async):
        with raises_stripe(code="resource_missing", param="id", status=404):
            await call(bob.id, tax_id.id)


@pytest.mark.parametrize(
    ("owner", "param", "code"),
    [
        ({"type": "customer"}, "owner[customer]", "parameter_missing"),
        ({"type": "customer", "customer": "cus_unknown"}, "owner[customer]", "resource_missing"),
        ({"type": "account", "account": "acct_other"}, "owner[account]", "resource_missing"),
        ({"type": "application"}, "owner[type]", None),
        ({"type": "nobody"}, "owner[type]", None),
        ({}, "owner", None),
    ],
)
async def test_an_owner_must_be_there(shop: Shop, owner: dict[str, str], param: str, code: str | None) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.tax_ids.create_async({"type": "us_ein", "value": "12-3456789", "owner": owner or ""})


async def test_unknown_types_and_missing_values_are_refused(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    with raises_stripe(param="type", status=400):
        await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "xx_vat", "value": "1"})
    with raises_stripe(code="parameter_missing", param="value", status=400):
        await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "us_ein"})
    with raises_stripe(code="tax_id_invalid", param="value", status=400, message="Invalid value for us_ein."):
        await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "us_ein", "value": "12"})


# An example of each type that Stripe's documentation gives one for.
DOCUMENTED = """
au_abn 12345678912 AU | au_arn 123456789123 AU | eu_vat ATU12345678 AT | eu_vat BE0123456789 BE
br_cnpj 01.234.456/5432-10 BR | br_cpf 123.456.789-87 BR | eu_vat BG0123456789 BG | ca_bn 123456789 CA
ca_gst_hst 123456789RT0002 CA | ca_pst_bc PST-1234-5678 CA | ca_pst_mb 123456-7 CA | ca_pst_sk 1234567 CA
ca_qst 1234567890TQ1234 CA | cl_tin 12.345.678-K CL | eu_vat HR12345678912 HR | eu_vat CY12345678Z CY
eu_vat CZ1234567890 CZ | eu_vat DK12345678 DK | eu_vat EE123456789 EE | eu_oss_vat EU123456789 None
eu_vat FI12345678 FI | eu_vat FRAB123456789 FR | ge_vat 123456789 GE | eu_vat EL123456789 GR | hk_br 12345678 HK
eu_vat HU12345678912 HU | eu_vat IE1234567AB IE | eu_vat IT12345678912 IT | eu_vat LT123456789123 LT
eu_vat LU12345678 LU | eu_vat LV12345678912 LV | eu_vat MT12345678 MT | il_vat 000012345 IL | eu_vat NL123456789B12 NL
eu_vat ESA1234567Z ES | es_cif A12345678 ES | ch_vat CHE-123.456.789_MWST CH | us_ein 12-3456789 US
za_vat 4123456789 ZA | ae_trn 123456789012345 AE | no_vat 123456789MVA NO | ad_nrt A-123456-Z AD
unknown anything None
"""


@pytest.mark.parametrize("example", re.split(r" \| |\n", DOCUMENTED.strip()))
def test_documented_examples_fit_their_types(example: str) -> None:
    type, value, country = example.split(" ")
    assert formats.fits(type, value.replace("_", " "), livemode=True)
    assert str(formats.country_of(type, value)) == country


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("eu_vat", "DE12345678"),
        ("eu_vat", "US123456789"),
        ("eu_vat", "DE" + "\u0661" * 9),
        ("eu_vat", "000000000"),
        ("au_abn", "111111111"),
        ("us_ein", "1234567890"),
        ("ad_nrt", " - "),
        ("unknown", "x" * 101),
    ],
)
def test_other_values_do_not(type: str, value: str) -> None:
    assert not formats.fits(type, value, livemode=True)


def test_in_live_mode_nothing_is_claimed() -> None:
    assert formats.verdict("eu_vat", "DE123456789", livemode=True) == "unavailable"
    assert formats.verdict("eu_vat", "DE123456789", livemode=False) == "verified"
