"""What clients send and see of payment method configurations."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.payments.payment_method_configurations import standing
from stripe_lite.payments.payment_method_configurations.model import PaymentMethodConfiguration


class PreferenceParams(Params):
    """Whether a method is to be offered."""

    preference: Literal["none", "off", "on"] | None = Field(
        None, description="`on`, `off`, or `none` to go back to what holds without a preference."
    )


class MethodParams(Params):
    """Settings of one payment method."""

    display_preference: PreferenceParams | None = Field(None, description="Whether it is to be offered.")


class MethodFields(Params):
    """Settings of every payment method; those that are not sent stay as they are."""

    acss_debit: MethodParams | None = Field(None, description="Settings for Pre-authorized debit.")
    affirm: MethodParams | None = Field(None, description="Settings for Affirm.")
    afterpay_clearpay: MethodParams | None = Field(None, description="Settings for Afterpay Clearpay.")
    alipay: MethodParams | None = Field(None, description="Settings for Alipay.")
    alma: MethodParams | None = Field(None, description="Settings for Alma.")
    amazon_pay: MethodParams | None = Field(None, description="Settings for Amazon Pay.")
    apple_pay: MethodParams | None = Field(None, description="Settings for Apple Pay.")
    au_becs_debit: MethodParams | None = Field(None, description="Settings for BECS Direct Debit.")
    bacs_debit: MethodParams | None = Field(None, description="Settings for Bacs Direct Debit.")
    bancontact: MethodParams | None = Field(None, description="Settings for Bancontact.")
    billie: MethodParams | None = Field(None, description="Settings for Billie.")
    bizum: MethodParams | None = Field(None, description="Settings for Bizum.")
    blik: MethodParams | None = Field(None, description="Settings for BLIK.")
    boleto: MethodParams | None = Field(None, description="Settings for Boleto.")
    card: MethodParams | None = Field(None, description="Settings for card.")
    cartes_bancaires: MethodParams | None = Field(None, description="Settings for Cartes Bancaires.")
    cashapp: MethodParams | None = Field(None, description="Settings for Cash App Pay.")
    crypto: MethodParams | None = Field(None, description="Settings for stablecoin.")
    customer_balance: MethodParams | None = Field(None, description="Settings for bank transfer.")
    eps: MethodParams | None = Field(None, description="Settings for EPS.")
    fpx: MethodParams | None = Field(None, description="Settings for FPX.")
    giropay: MethodParams | None = Field(None, description="Settings for Giropay.")
    google_pay: MethodParams | None = Field(None, description="Settings for Google Pay.")
    grabpay: MethodParams | None = Field(None, description="Settings for GrabPay.")
    ideal: MethodParams | None = Field(None, description="Settings for iDEAL.")
    jcb: MethodParams | None = Field(None, description="Settings for JCB.")
    kakao_pay: MethodParams | None = Field(None, description="Settings for Kakao Pay.")
    klarna: MethodParams | None = Field(None, description="Settings for Klarna.")
    konbini: MethodParams | None = Field(None, description="Settings for Konbini.")
    kr_card: MethodParams | None = Field(None, description="Settings for Korean card.")
    link: MethodParams | None = Field(None, description="Settings for Link.")
    mb_way: MethodParams | None = Field(None, description="Settings for MB WAY.")
    mobilepay: MethodParams | None = Field(None, description="Settings for MobilePay.")
    multibanco: MethodParams | None = Field(None, description="Settings for Multibanco.")
    naver_pay: MethodParams | None = Field(None, description="Settings for Naver Pay.")
    nz_bank_account: MethodParams | None = Field(None, description="Settings for New Zealand bank account.")
    oxxo: MethodParams | None = Field(None, description="Settings for OXXO.")
    p24: MethodParams | None = Field(None, description="Settings for Przelewy24.")
    pay_by_bank: MethodParams | None = Field(None, description="Settings for Pay By Bank.")
    payco: MethodParams | None = Field(None, description="Settings for PAYCO.")
    paynow: MethodParams | None = Field(None, description="Settings for PayNow.")
    paypal: MethodParams | None = Field(None, description="Settings for PayPal.")
    payto: MethodParams | None = Field(None, description="Settings for PayTo.")
    pix: MethodParams | None = Field(None, description="Settings for Pix.")
    promptpay: MethodParams | None = Field(None, description="Settings for PromptPay.")
    revolut_pay: MethodParams | None = Field(None, description="Settings for Revolut Pay.")
    samsung_pay: MethodParams | None = Field(None, description="Settings for Samsung Pay.")
    satispay: MethodParams | None = Field(None, description="Settings for Satispay.")
    scalapay: MethodParams | None = Field(None, description="Settings for Scalapay.")
    sepa_debit: MethodParams | None = Field(None, description="Settings for SEPA Direct Debit.")
    sofort: MethodParams | None = Field(None, description="Settings for Sofort.")
    sunbit: MethodParams | None = Field(None, description="Settings for Sunbit.")
    swish: MethodParams | None = Field(None, description="Settings for Swish.")
    twint: MethodParams | None = Field(None, description="Settings for TWINT.")
    upi: MethodParams | None = Field(None, description="Settings for UPI.")
    us_bank_account: MethodParams | None = Field(None, description="Settings for US bank account.")
    wechat_pay: MethodParams | None = Field(None, description="Settings for WeChat Pay.")
    zip: MethodParams | None = Field(None, description="Settings for Zip.")


class PaymentMethodConfigurationCreateParams(MethodFields):
    """A new configuration."""

    name: str = Field(description="What you call it.")


class PaymentMethodConfigurationUpdateParams(MethodFields):
    """Changes to a configuration."""

    active: bool | None = Field(None, description="Whether new payments may use it.")
    name: str | None = Field(None, description="What you call it.")


class PaymentMethodConfigurationListParams(ListParams):
    """Which configurations to list."""

    active: bool | None = Field(None, description="Only those that new payments may use, or may not.")


class DisplayPreferenceObject(StripeObject):
    """Whether a method is to be offered."""

    overridable: bool | None = Field(description="Always null: only configurations of connected accounts have parents.")
    preference: str = Field(description="What you prefer: `on`, `off` or `none`.")
    value: str = Field(description="What holds: `on` or `off`.")


class MethodObject(StripeObject):
    """One payment method in a configuration."""

    available: bool = Field(description="Whether it is offered: it is on, and stripe_lite processes it.")
    display_preference: DisplayPreferenceObject = Field(description="Whether it is to be offered.")


class PaymentMethodConfigurationObject(StripeObject):
    """Which payment methods are offered where a payment does not name their types."""

    id: str = Field(description="The id of the object.")
    object: Literal["payment_method_configuration"] = "payment_method_configuration"
    active: bool = Field(description="Whether new payments may use it.")
    application: str | None = Field(description="Always null: Connect is not served yet.")
    is_default: bool = Field(description="Whether it is used where a payment names none.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    name: str = Field(description="What you call it.")
    parent: str | None = Field(description="Always null: Connect is not served yet.")
    acss_debit: MethodObject = Field(description="Whether Pre-authorized debit is offered.")
    affirm: MethodObject = Field(description="Whether Affirm is offered.")
    afterpay_clearpay: MethodObject = Field(description="Whether Afterpay Clearpay is offered.")
    alipay: MethodObject = Field(description="Whether Alipay is offered.")
    alma: MethodObject = Field(description="Whether Alma is offered.")
    amazon_pay: MethodObject = Field(description="Whether Amazon Pay is offered.")
    apple_pay: MethodObject = Field(description="Whether Apple Pay is offered.")
    au_becs_debit: MethodObject = Field(description="Whether BECS Direct Debit is offered.")
    bacs_debit: MethodObject = Field(description="Whether Bacs Direct Debit is offered.")
    bancontact: MethodObject = Field(description="Whether Bancontact is offered.")
    billie: MethodObject = Field(description="Whether Billie is offered.")
    bizum: MethodObject = Field(description="Whether Bizum is offered.")
    blik: MethodObject = Field(description="Whether BLIK is offered.")
    boleto: MethodObject = Field(description="Whether Boleto is offered.")
    card: MethodObject = Field(description="Whether card is offered.")
    cartes_bancaires: MethodObject = Field(description="Whether Cartes Bancaires is offered.")
    cashapp: MethodObject = Field(description="Whether Cash App Pay is offered.")
    crypto: MethodObject = Field(description="Whether stablecoin is offered.")
    customer_balance: MethodObject = Field(description="Whether bank transfer is offered.")
    eps: MethodObject = Field(description="Whether EPS is offered.")
    fpx: MethodObject = Field(description="Whether FPX is offered.")
    giropay: MethodObject = Field(description="Whether Giropay is offered.")
    google_pay: MethodObject = Field(description="Whether Google Pay is offered.")
    grabpay: MethodObject = Field(description="Whether GrabPay is offered.")
    ideal: MethodObject = Field(description="Whether iDEAL is offered.")
    jcb: MethodObject = Field(description="Whether JCB is offered.")
    kakao_pay: MethodObject = Field(description="Whether Kakao Pay is offered.")
    klarna: MethodObject = Field(description="Whether Klarna is offered.")
    konbini: MethodObject = Field(description="Whether Konbini is offered.")
    kr_card: MethodObject = Field(description="Whether Korean card is offered.")
    link: MethodObject = Field(description="Whether Link is offered.")
    mb_way: MethodObject = Field(description="Whether MB WAY is offered.")
    mobilepay: MethodObject = Field(description="Whether MobilePay is offered.")
    multibanco: MethodObject = Field(description="Whether Multibanco is offered.")
    naver_pay: MethodObject = Field(description="Whether Naver Pay is offered.")
    nz_bank_account: MethodObject = Field(description="Whether New Zealand bank account is offered.")
    oxxo: MethodObject = Field(description="Whether OXXO is offered.")
    p24: MethodObject = Field(description="Whether Przelewy24 is offered.")
    pay_by_bank: MethodObject = Field(description="Whether Pay By Bank is offered.")
    payco: MethodObject = Field(description="Whether PAYCO is offered.")
    paynow: MethodObject = Field(description="Whether PayNow is offered.")
    paypal: MethodObject = Field(description="Whether PayPal is offered.")
    payto: MethodObject = Field(description="Whether PayTo is offered.")
    pix: MethodObject = Field(description="Whether Pix is offered.")
    promptpay: MethodObject = Field(description="Whether PromptPay is offered.")
    revolut_pay: MethodObject = Field(description="Whether Revolut Pay is offered.")
    samsung_pay: MethodObject = Field(description="Whether Samsung Pay is offered.")
    satispay: MethodObject = Field(description="Whether Satispay is offered.")
    scalapay: MethodObject = Field(description="Whether Scalapay is offered.")
    sepa_debit: MethodObject = Field(description="Whether SEPA Direct Debit is offered.")
    sofort: MethodObject = Field(description="Whether Sofort is offered.")
    sunbit: MethodObject = Field(description="Whether Sunbit is offered.")
    swish: MethodObject = Field(description="Whether Swish is offered.")
    twint: MethodObject = Field(description="Whether TWINT is offered.")
    upi: MethodObject = Field(description="Whether UPI is offered.")
    us_bank_account: MethodObject = Field(description="Whether US bank account is offered.")
    wechat_pay: MethodObject = Field(description="Whether WeChat Pay is offered.")
    zip: MethodObject = Field(description="Whether Zip is offered.")


METHODS = tuple(MethodFields.model_fields)


def render(configuration: PaymentMethodConfiguration) -> PaymentMethodConfigurationObject:
    """A configuration as clients see it."""
    methods = {name: _method(configuration, name) for name in METHODS}
    return PaymentMethodConfigurationObject(
        id=configuration.id,
        active=configuration.active,
        application=None,
        is_default=configuration.is_default,
        livemode=configuration.livemode,
        name=configuration.name,
        parent=None,
        **methods,
    )


def preferences_in(params: MethodFields) -> Tree:
    """What a request says of each payment method that it names."""
    given = {name: getattr(params, name) for name in METHODS}
    said = {name: method.display_preference for name, method in given.items() if method is not None}
    return {name: said_of.preference for name, said_of in said.items() if said_of is not None and said_of.preference}


def _method(configuration: PaymentMethodConfiguration, name: str) -> MethodObject:
    value = standing.value_of(configuration, name)
    preference = DisplayPreferenceObject(
        overridable=None, preference=configuration.preferences.get(name) or value, value=value
    )
    return MethodObject(available=value == "on" and standing.processed(name), display_preference=preference)
