"""The line items that an intent's amount consists of, as a list."""

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.lists import ListObject
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import LineItemListParams, LineItemObject, render_line_item

EXPANDED_MAX = 10


async def page(work: Work, id: str, params: LineItemListParams) -> ListObject[LineItemObject]:
    """One page of the line items of an intent's amount, in the order they were given."""
    intent = await intents.retrieve(work, id)
    items = _items(intent)
    cursor = params.starting_after or params.ending_before
    if cursor is not None:
        places = [place for place, item in enumerate(items) if item["id"] == cursor]
        if not places:
            param = "starting_after" if params.starting_after else "ending_before"
            raise ResourceMissing("payment_intent_amount_details_line_item", cursor, param=param)
        items = items[places[0] + 1 :] if params.starting_after else items[: places[0]]
    has_more = len(items) > params.limit
    chosen = items[-params.limit :] if params.ending_before else items[: params.limit]
    return _list(intent.id, chosen, has_more=has_more)


async def include_line_items(work: Work, shown: StripeObject) -> ListObject[LineItemObject]:
    """The first line items, for clients who expand `amount_details.line_items`."""
    intent = await intents.retrieve(work, getattr(shown, "id", ""))
    items = _items(intent)
    return _list(intent.id, items[:EXPANDED_MAX], has_more=len(items) > EXPANDED_MAX)


def _items(intent: PaymentIntent) -> list[Tree]:
    return (intent.details.get("amount_details") or {}).get("line_items") or []


def _list(id: str, items: list[Tree], *, has_more: bool) -> ListObject[LineItemObject]:
    return ListObject(
        data=[render_line_item(item) for item in items],
        has_more=has_more,
        url=f"/v1/payment_intents/{id}/amount_details_line_items",
    )
