"""What clients of the tutorial APIs send and see. Mini Stripe writes names with underscores, the MVP in camel case."""

from typing import Annotated, Self, TypeAlias

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from stripe_lite.classic.payments import ClassicStatus, status_of
from stripe_lite.classic.refusals import SAID
from stripe_lite.core.objects import Tree

Amount: TypeAlias = Annotated[
    int, Field(strict=True, gt=0, description="The amount in the currency's minor unit: 2000 is 20 dollars.")
]
Currency: TypeAlias = Annotated[str, Field(description="Three-letter currency.", examples=["usd"])]
CreatedAt: TypeAlias = Annotated[int, Field(description="When it was created, in seconds since 1970.")]
PaymentMethod: TypeAlias = Annotated[
    str,
    Field(
        description="A card: the id of a payment method made through `/v1`, or a test card such as `pm_card_visa` or "
        "`pm_card_visa_chargeDeclined`.",
        examples=["pm_card_visa"],
    ),
]


class Sent(BaseModel):
    """What a client sends: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class CamelSent(BaseModel):
    """What a client of the MVP sends."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class CamelTold(BaseModel):
    """What a client of the MVP sees."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel))


class NewCustomer(Sent):
    """A customer to create."""

    name: str | None = Field(None, description="The customer's full name.", examples=["Ada Lovelace"])
    email: str | None = Field(None, description="E-mail address.", examples=["ada@example.com"])


class ClassicCustomer(BaseModel):
    """Somebody who pays."""

    id: str = Field(description="The customer's id.")
    name: str | None = Field(description="The customer's full name.")
    email: str | None = Field(description="E-mail address.")
    created: CreatedAt

    @classmethod
    def of(cls, customer: Tree) -> Self:
        """A customer, as Stripe's API shows it, in this API's form."""
        return cls(**{name: customer[name] for name in cls.model_fields})


class NewPaymentIntent(Sent):
    """A payment to prepare."""

    amount: Amount
    currency: Currency = "usd"
    customer_id: str | None = Field(
        None,
        validation_alias=AliasChoices("customer_id", "customer"),
        description="Who pays; `customer` is understood as well.",
    )
    payment_method: PaymentMethod | None = None
    description: str | None = Field(None, description="Your own note about the payment.")


class Confirmation(Sent):
    """How to pay, where the payment intent does not say so yet."""

    payment_method: PaymentMethod | None = None


class ClassicPaymentIntent(BaseModel):
    """A payment."""

    id: str = Field(description="The payment intent's id.")
    amount: Amount
    currency: Currency
    customer_id: str | None = Field(description="Who pays.")
    status: ClassicStatus = Field(description="`created`, `processing`, then `succeeded` or `failed`.")
    failure_code: str | None = Field(description="Why the bank declined, for programs.")
    failure_message: str | None = Field(description="Why the bank declined, as a sentence.")
    created: CreatedAt

    @classmethod
    def of(cls, intent: Tree) -> Self:
        """A payment intent, as Stripe's API shows it, in this API's form."""
        status = status_of(intent)
        error: Tree = (intent["last_payment_error"] or {}) if status == ClassicStatus.FAILED else {}
        return cls(
            id=intent["id"],
            amount=intent["amount"],
            currency=intent["currency"],
            customer_id=intent["customer"],
            status=status,
            failure_code=error.get("decline_code") or error.get("code"),
            failure_message=SAID.get(error.get("code", ""), error.get("message")),
            created=intent["created"],
        )


class NewCharge(CamelSent):
    """A payment to make at once."""

    customer_id: str = Field(description="Who pays.")
    amount: Amount
    payment_method: PaymentMethod
    currency: Currency = "usd"
    description: str | None = Field(None, description="Your own note about the payment.")


class ClassicCharge(CamelTold):
    """A payment that was made, or that the bank is still thinking about."""

    id: str = Field(description="The charge's id: what a refund names as `chargeId`.")
    payment_intent_id: str = Field(description="The payment intent that the charge belongs to.")
    customer_id: str = Field(description="Who pays.")
    amount: Amount
    currency: Currency
    status: ClassicStatus = Field(description="`succeeded`, or `processing` where the bank takes its time.")
    created: CreatedAt

    @classmethod
    def of(cls, intent: Tree) -> Self:
        """A payment intent and its charge, as Stripe's API shows them, in this API's form."""
        charge: Tree = intent["latest_charge"]
        return cls(
            id=charge["id"],
            payment_intent_id=intent["id"],
            customer_id=intent["customer"],
            amount=charge["amount"],
            currency=charge["currency"],
            status=status_of(intent),
            created=charge["created"],
        )


class NewRefund(CamelSent):
    """Money to give back."""

    charge_id: str = Field(description="The charge to refund.")
    amount: Amount | None = Field(None, description="How much to give back, in minor units; the rest if absent.")


class ClassicRefund(CamelTold):
    """Money that was given back."""

    id: str = Field(description="The refund's id.")
    charge_id: str = Field(description="The charge that was refunded.")
    amount: Amount
    currency: Currency
    status: str = Field(description="`succeeded`, `pending` or `failed`.")
    created: CreatedAt

    @classmethod
    def of(cls, refund: Tree) -> Self:
        """A refund, as Stripe's API shows it, in this API's form."""
        return cls(
            charge_id=refund["charge"],
            **{name: refund[name] for name in ("id", "amount", "currency", "status", "created")},
        )


class NewWebhook(Sent):
    """Where to send events."""

    url: str = Field(description="The URL that events are posted to.", examples=["http://127.0.0.1:4242/webhook"])
    events: list[str] = Field(
        ["*"],
        description="The event types to send, such as `payment_intent.succeeded` and `payment_intent.failed`.",
    )


class ClassicWebhook(BaseModel):
    """Where events are sent."""

    id: str = Field(description="The webhook's id.")
    url: str = Field(description="The URL that events are posted to.")
    events: list[str] = Field(description="The event types that are sent.")
    status: str = Field(description="`enabled` or `disabled`.")
    secret: str | None = Field(None, description="What deliveries are signed with; shown at creation only.")
    created: CreatedAt

    @classmethod
    def of(cls, endpoint: Tree) -> Self:
        """A webhook endpoint, as Stripe's API shows it, in this API's form."""
        return cls(
            events=endpoint["enabled_events"],
            secret=endpoint.get("secret"),
            **{name: endpoint[name] for name in ("id", "url", "status", "created")},
        )


class DeletedWebhook(BaseModel):
    """What is left of a deleted webhook."""

    id: str
    deleted: bool
