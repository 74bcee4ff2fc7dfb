"""What clients send and see of payment methods."""

from typing import Literal, TypeAlias

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.contacts import ADDRESS_FIELDS, AddressObject, AddressParams
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.payments.payment_methods.model import PaymentMethod

PaymentMethodType: TypeAlias = Literal[
    "acss_debit",
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "alma",
    "amazon_pay",
    "au_becs_debit",
    "bacs_debit",
    "bancontact",
    "billie",
    "bizum",
    "blik",
    "boleto",
    "card",
    "cashapp",
    "crypto",
    "custom",
    "customer_balance",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "ideal",
    "kakao_pay",
    "klarna",
    "konbini",
    "kr_card",
    "link",
    "mb_way",
    "mobilepay",
    "multibanco",
    "naver_pay",
    "nz_bank_account",
    "oxxo",
    "p24",
    "pay_by_bank",
    "payco",
    "paynow",
    "paypal",
    "payto",
    "pix",
    "promptpay",
    "revolut_pay",
    "samsung_pay",
    "satispay",
    "scalapay",
    "sepa_debit",
    "sofort",
    "sunbit",
    "swish",
    "twint",
    "upi",
    "us_bank_account",
    "wechat_pay",
    "zip",
]
AllowRedisplay: TypeAlias = Literal["always", "limited", "unspecified"]
CardNetwork: TypeAlias = Literal["cartes_bancaires", "mastercard", "visa"]

NO_ADDRESS: Tree = {}


class NoDetailsParams(Params):
    """A type of payment method that needs no details."""


class BillingDetailsParams(Params):
    """Whose payment method it is."""

    address: AddressParams | None = Field(None, description="Billing address.")
    email: str | None = Field(None, description="E-mail address.")
    name: str | None = Field(None, description="Full name.")
    phone: str | None = Field(None, description="Phone number.")
    tax_id: str | None = Field(None, description="The payer's tax id, where the method asks for it.")


class CardNetworksParams(Params):
    """Which of a co-branded card's networks to use."""

    preferred: CardNetwork | None = Field(None, description="The network to use if the card has several.")


class CardParams(Params):
    """A card, by its number or by a token."""

    number: str | None = Field(None, description="The card number, without separators.")
    exp_month: int | None = Field(None, description="Month of expiry, 1 to 12.")
    exp_year: int | None = Field(None, description="Year of expiry, with two or four digits.")
    cvc: str | None = Field(None, description="Security code. Whether one was given is kept, the code is not.")
    networks: CardNetworksParams | None = Field(None, description="Which of a co-branded card's networks to use.")
    token: str | None = Field(None, description="A card token, in place of all the others.")


class AcssDebitParams(Params):
    """A Canadian bank account."""

    account_number: str = Field(description="Account number.")
    institution_number: str = Field(description="Institution number, three digits.")
    transit_number: str = Field(description="Transit number, five digits.")


class AuBecsDebitParams(Params):
    """An Australian bank account."""

    account_number: str = Field(description="Account number.")
    bsb_number: str = Field(description="Bank, state and branch number, six digits.")


class BacsDebitParams(Params):
    """A British bank account."""

    account_number: str | None = Field(None, description="Account number, eight digits.")
    sort_code: str | None = Field(None, description="Sort code, six digits.")


class BoletoParams(Params):
    """A Boleto voucher."""

    tax_id: str = Field(description="The payer's CPF or CNPJ.")


class EpsParams(Params):
    """An EPS transfer."""

    bank: str | None = Field(None, description="The payer's bank.")


class FpxParams(Params):
    """An FPX transfer."""

    bank: str = Field(description="The payer's bank.")


class IdealParams(Params):
    """An iDEAL transfer."""

    bank: str | None = Field(None, description="The payer's bank.")


class DateOfBirthParams(Params):
    """A date of birth."""

    day: int = Field(description="Day, 1 to 31.")
    month: int = Field(description="Month, 1 to 12.")
    year: int = Field(description="Year, with four digits.")


class KlarnaParams(Params):
    """A Klarna purchase."""

    dob: DateOfBirthParams | None = Field(None, description="The payer's date of birth.")


class NaverPayParams(Params):
    """A Naver Pay purchase."""

    funding: Literal["card", "points"] | None = Field(None, description="Whether a card pays, or points.")


class NzBankAccountParams(Params):
    """A New Zealand bank account."""

    account_holder_name: str | None = Field(None, description="The account holder's name.")
    account_number: str = Field(description="Account number, seven digits.")
    bank_code: str = Field(description="Bank code, two digits.")
    branch_code: str = Field(description="Branch code, four digits.")
    reference: str | None = Field(None, description="A reference for the payer's statement.")
    suffix: str = Field(description="Suffix of the account number, two or three digits.")


class P24Params(Params):
    """A Przelewy24 transfer."""

    bank: str | None = Field(None, description="The payer's bank.")


class PaytoParams(Params):
    """A PayTo agreement."""

    account_number: str | None = Field(None, description="Account number.")
    bsb_number: str | None = Field(None, description="Bank, state and branch number.")
    pay_id: str | None = Field(None, description="The PayID that names the account.")


class SepaDebitParams(Params):
    """A bank account in the SEPA."""

    iban: str = Field(description="The account's IBAN.")


class SofortParams(Params):
    """A Sofort transfer."""

    country: str = Field(description="Two-letter code of the bank's country.")


class UpiMandateParams(Params):
    """What the payer agrees to."""

    amount: int | None = Field(None, description="Amount in minor units.")
    amount_type: Literal["fixed", "maximum"] | None = Field(None, description="Whether it is exact, or a limit.")
    description: str | None = Field(None, description="What the payer reads.")
    end_date: int | None = Field(None, description="When the agreement ends, in seconds since 1970.")


class UpiParams(Params):
    """A UPI payment."""

    mandate_options: UpiMandateParams | None = Field(None, description="What the payer agrees to.")


class UsBankAccountParams(Params):
    """A US bank account."""

    account_holder_type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")
    account_number: str | None = Field(None, description="Account number.")
    account_type: Literal["checking", "savings"] | None = Field(None, description="Kind of account.")
    routing_number: str | None = Field(None, description="Routing number, nine digits.")


class RadarOptionsParams(Params):
    """What fraud prevention may use."""

    session: str | None = Field(None, description="A Radar session.")


class PaymentMethodDataParams(Params):
    """A new way to pay: its type, and the hash named like the type."""

    type: PaymentMethodType | None = Field(None, description="The type; the hash named like it holds the details.")
    card: CardParams | None = Field(None, description="Card.")
    acss_debit: AcssDebitParams | None = Field(None, description="Canadian pre-authorized debit.")
    affirm: NoDetailsParams | None = Field(None, description="Affirm.")
    afterpay_clearpay: NoDetailsParams | None = Field(None, description="Afterpay or Clearpay.")
    alipay: NoDetailsParams | None = Field(None, description="Alipay.")
    alma: NoDetailsParams | None = Field(None, description="Alma.")
    amazon_pay: NoDetailsParams | None = Field(None, description="Amazon Pay.")
    au_becs_debit: AuBecsDebitParams | None = Field(None, description="Australian BECS debit.")
    bacs_debit: BacsDebitParams | None = Field(None, description="Bacs debit.")
    bancontact: NoDetailsParams | None = Field(None, description="Bancontact.")
    billie: NoDetailsParams | None = Field(None, description="Billie.")
    bizum: NoDetailsParams | None = Field(None, description="Bizum.")
    blik: NoDetailsParams | None = Field(None, description="BLIK.")
    boleto: BoletoParams | None = Field(None, description="Boleto.")
    cashapp: NoDetailsParams | None = Field(None, description="Cash App Pay.")
    crypto: NoDetailsParams | None = Field(None, description="Stablecoins.")
    customer_balance: NoDetailsParams | None = Field(None, description="The customer's cash balance.")
    eps: EpsParams | None = Field(None, description="EPS.")
    fpx: FpxParams | None = Field(None, description="FPX.")
    giropay: NoDetailsParams | None = Field(None, description="giropay.")
    grabpay: NoDetailsParams | None = Field(None, description="GrabPay.")
    ideal: IdealParams | None = Field(None, description="iDEAL.")
    kakao_pay: NoDetailsParams | None = Field(None, description="Kakao Pay.")
    klarna: KlarnaParams | None = Field(None, description="Klarna.")
    konbini: NoDetailsParams | None = Field(None, description="Konbini.")
    kr_card: NoDetailsParams | None = Field(None, description="Korean card.")
    link: NoDetailsParams | None = Field(None, description="Link.")
    mb_way: NoDetailsParams | None = Field(None, description="MB WAY.")
    mobilepay: NoDetailsParams | None = Field(None, description="MobilePay.")
    multibanco: NoDetailsParams | None = Field(None, description="Multibanco.")
    naver_pay: NaverPayParams | None = Field(None, description="Naver Pay.")
    nz_bank_account: NzBankAccountParams | None = Field(None, description="New Zealand bank account.")
    oxxo: NoDetailsParams | None = Field(None, description="OXXO.")
    p24: P24Params | None = Field(None, description="Przelewy24.")
    pay_by_bank: NoDetailsParams | None = Field(None, description="Pay by Bank.")
    payco: NoDetailsParams | None = Field(None, description="PAYCO.")
    paynow: NoDetailsParams | None = Field(None, description="PayNow.")
    paypal: NoDetailsParams | None = Field(None, description="PayPal.")
    payto: PaytoParams | None = Field(None, description="PayTo.")
    pix: NoDetailsParams | None = Field(None, description="Pix.")
    promptpay: NoDetailsParams | None = Field(None, description="PromptPay.")
    revolut_pay: NoDetailsParams | None = Field(None, description="Revolut Pay.")
    samsung_pay: NoDetailsParams | None = Field(None, description="Samsung Pay.")
    satispay: NoDetailsParams | None = Field(None, description="Satispay.")
    scalapay: NoDetailsParams | None = Field(None, description="Scalapay.")
    sepa_debit: SepaDebitParams | None = Field(None, description="SEPA debit.")
    sofort: SofortParams | None = Field(None, description="Sofort.")
    sunbit: NoDetailsParams | None = Field(None, description="Sunbit.")
    swish: NoDetailsParams | None = Field(None, description="Swish.")
    twint: NoDetailsParams | None = Field(None, description="TWINT.")
    upi: UpiParams | None = Field(None, description="UPI.")
    us_bank_account: UsBankAccountParams | None = Field(None, description="US bank account.")
    wechat_pay: NoDetailsParams | None = Field(None, description="WeChat Pay.")
    zip: NoDetailsParams | None = Field(None, description="Zip.")
    allow_redisplay: AllowRedisplay | None = Field(None, description="Whether it may be shown to its customer again.")
    billing_details: BillingDetailsParams | None = Field(None, description="Whose payment method it is.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    radar_options: RadarOptionsParams | None = Field(None, description="What fraud prevention may use.")


class CustomParams(Params):
    """A way to pay of the merchant's own, which stripe_lite does not process."""

    type: str = Field(description="Id of its kind, `cpmt_…`.")


class PaymentMethodCreateParams(PaymentMethodDataParams):
    """A new payment method, by its details."""

    custom: CustomParams | None = Field(None, description="A way to pay of your own.")
    interac_present: NoDetailsParams | None = Field(
        None, description="An Interac card at a terminal; readers make those payment methods, requests do not."
    )


class CardUpdateParams(Params):
    """Changes to a card."""

    exp_month: int | None = Field(None, description="Month of expiry, 1 to 12.")
    exp_year: int | None = Field(None, description="Year of expiry, with four digits.")
    networks: CardNetworksParams | None = Field(None, description="Which of a co-branded card's networks to use.")


class UsBankAccountUpdateParams(Params):
    """Changes to a US bank account."""

    account_holder_type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")
    account_type: Literal["checking", "savings"] | None = Field(None, description="Kind of account.")


class PaymentMethodUpdateParams(Params):
    """Changes to a payment method."""

    allow_redisplay: AllowRedisplay | None = Field(None, description="Whether it may be shown to its customer again.")
    billing_details: BillingDetailsParams | None = Field(None, description="Whose payment method it is.")
    card: CardUpdateParams | None = Field(None, description="Changes to a card.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payto: PaytoParams | None = Field(None, description="Changes to a PayTo account.")
    us_bank_account: UsBankAccountUpdateParams | None = Field(None, description="Changes to a US bank account.")


class PaymentMethodAttachParams(Params):
    """Whose payment method it becomes."""

    customer: str | None = Field(None, description="The customer to attach it to.")


class CustomerPaymentMethodListParams(ListParams):
    """Which of a customer's payment methods to list."""

    allow_redisplay: AllowRedisplay | None = Field(None, description="Only those with this permission.")
    type: PaymentMethodType | None = Field(None, description="Only those of this type.")


class PaymentMethodListParams(CustomerPaymentMethodListParams):
    """Which payment methods to list."""

    customer: str | None = Field(None, description="Only this customer's.")


class NoDetailsObject(StripeObject):
    """A type of payment method without details."""


class BillingDetailsObject(StripeObject):
    """Whose payment method it is."""

    address: AddressObject | None
    email: str | None
    name: str | None
    phone: str | None
    tax_id: str | None


class CardChecksObject(StripeObject):
    """What the card's bank said of the details that came with the card; null where a detail was not given."""

    address_line1_check: str | None
    address_postal_code_check: str | None
    cvc_check: str | None


class CardNetworksObject(StripeObject):
    """The networks that can carry a payment by this card."""

    available: list[str]
    preferred: str | None


class ThreeDSecureUsageObject(StripeObject):
    """How the card takes part in 3-D Secure."""

    supported: bool


class CardObject(StripeObject):
    """A card."""

    brand: str = Field(description="The card's brand, such as `visa`.")
    checks: CardChecksObject | None = Field(description="What the card's bank said of the details.")
    country: str | None = Field(description="Two-letter code of the issuer's country.")
    display_brand: str | None = Field(description="The brand to show to the payer.")
    exp_month: int = Field(description="Month of expiry.")
    exp_year: int = Field(description="Year of expiry.")
    fingerprint: str | None = Field(description="The same for every payment method with this card number.")
    funding: str = Field(description="`credit`, `debit`, `prepaid` or `unknown`.")
    generated_from: Tree | None = Field(description="What this card was made from.")
    last4: str = Field(description="Last four digits of the number.")
    networks: CardNetworksObject | None = Field(description="The networks that can carry a payment.")
    regulated_status: str | None = Field(description="Whether the issuer's fees are regulated.")
    three_d_secure_usage: ThreeDSecureUsageObject | None = Field(description="How it takes part in 3-D Secure.")
    wallet: Tree | None = Field(description="The wallet that the card is part of.")


class AcssDebitObject(StripeObject):
    """A Canadian bank account."""

    bank_name: str | None
    fingerprint: str | None
    institution_number: str | None
    last4: str | None
    transit_number: str | None


class AuBecsDebitObject(StripeObject):
    """An Australian bank account."""

    bsb_number: str | None
    fingerprint: str | None
    last4: str | None


class BacsDebitObject(StripeObject):
    """A British bank account."""

    fingerprint: str | None
    last4: str | None
    sort_code: str | None


class BoletoObject(StripeObject):
    """A Boleto voucher."""

    tax_id: str


class CashappObject(StripeObject):
    """A Cash App account."""

    buyer_id: str | None
    cashtag: str | None


class CustomObject(StripeObject):
    """A way to pay of the merchant's own."""

    display_name: str | None = Field(description="What payers call it; null, since kinds have no names here.")
    logo: Tree | None = Field(description="Always null: kinds have no logos here.")
    type: str = Field(description="Id of its kind.")


class EpsObject(StripeObject):
    """An EPS transfer."""

    bank: str | None


class FpxObject(StripeObject):
    """An FPX transfer."""

    bank: str


class IdealObject(StripeObject):
    """An iDEAL transfer."""

    bank: str | None
    bic: str | None


class DateOfBirthObject(StripeObject):
    """A date of birth."""

    day: int | None
    month: int | None
    year: int | None


class KlarnaObject(StripeObject):
    """A Klarna purchase."""

    dob: DateOfBirthObject | None


class KrCardObject(StripeObject):
    """A Korean card."""

    brand: str | None
    last4: str | None


class LinkObject(StripeObject):
    """A Link account."""

    email: str | None


class NaverPayObject(StripeObject):
    """A Naver Pay account."""

    buyer_id: str | None
    funding: str


class NzBankAccountObject(StripeObject):
    """A New Zealand bank account."""

    account_holder_name: str | None
    bank_code: str
    bank_name: str
    branch_code: str
    last4: str
    suffix: str | None


class P24Object(StripeObject):
    """A Przelewy24 transfer."""

    bank: str | None


class PaypalObject(StripeObject):
    """A PayPal account."""

    country: str | None
    payer_email: str | None
    payer_id: str | None


class PaytoObject(StripeObject):
    """A PayTo agreement."""

    bsb_number: str | None
    last4: str | None
    pay_id: str | None


class SepaDebitObject(StripeObject):
    """A bank account in the SEPA."""

    bank_code: str | None
    branch_code: str | None
    country: str | None
    fingerprint: str | None
    generated_from: Tree | None
    last4: str | None


class SofortObject(StripeObject):
    """A Sofort transfer."""

    country: str | None


class UpiObject(StripeObject):
    """A UPI account."""

    vpa: str | None


class UsBankAccountNetworksObject(StripeObject):
    """The networks that a US bank account can be debited through."""

    preferred: str | None
    supported: list[str]


class UsBankAccountObject(StripeObject):
    """A US bank account."""

    account_holder_type: str | None
    account_type: str | None
    bank_name: str | None
    financial_connections_account: str | None
    fingerprint: str | None
    last4: str | None
    networks: UsBankAccountNetworksObject | None
    routing_number: str | None
    status_details: Tree | None


class RadarOptionsObject(StripeObject):
    """What fraud prevention may use."""

    session: str


class PaymentMethodHeadObject(StripeObject):
    """What every payment method tells of itself."""

    id: str = Field(description="The payment method's id.")
    object: Literal["payment_method"] = "payment_method"
    allow_redisplay: str | None = Field(description="Whether it may be shown to its customer again.")
    billing_details: BillingDetailsObject = Field(description="Whose payment method it is.")
    created: int = Field(description="When it was created, in seconds since 1970.")
    customer: Expandable | None = Field(description="The customer that it is attached to.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    radar_options: RadarOptionsObject | None = Field(None, description="What fraud prevention may use, where set.")
    type: str = Field(description="The type; the hash named like it holds the details.")


class PaymentMethodDetailsObject(StripeObject):
    """The hashes of all types, of which a payment method has the one that is named like its own."""

    acss_debit: AcssDebitObject | None = Field(None, description="Canadian pre-authorized debit.")
    affirm: NoDetailsObject | None = Field(None, description="Affirm.")
    afterpay_clearpay: NoDetailsObject | None = Field(None, description="Afterpay or Clearpay.")
    alipay: NoDetailsObject | None = Field(None, description="Alipay.")
    alma: NoDetailsObject | None = Field(None, description="Alma.")
    amazon_pay: NoDetailsObject | None = Field(None, description="Amazon Pay.")
    au_becs_debit: AuBecsDebitObject | None = Field(None, description="Australian BECS debit.")
    bacs_debit: BacsDebitObject | None = Field(None, description="Bacs debit.")
    bancontact: NoDetailsObject | None = Field(None, description="Bancontact.")
    billie: NoDetailsObject | None = Field(None, description="Billie.")
    bizum: NoDetailsObject | None = Field(None, description="Bizum.")
    blik: NoDetailsObject | None = Field(None, description="BLIK.")
    boleto: BoletoObject | None = Field(None, description="Boleto.")
    card: CardObject | None = Field(None, description="Card.")
    cashapp: CashappObject | None = Field(None, description="Cash App Pay.")
    crypto: NoDetailsObject | None = Field(None, description="Stablecoins.")
    custom: CustomObject | None = Field(None, description="A way to pay of the merchant's own.")
    customer_balance: NoDetailsObject | None = Field(None, description="The customer's cash balance.")
    eps: EpsObject | None = Field(None, description="EPS.")
    fpx: FpxObject | None = Field(None, description="FPX.")
    giropay: NoDetailsObject | None = Field(None, description="giropay.")
    grabpay: NoDetailsObject | None = Field(None, description="GrabPay.")
    ideal: IdealObject | None = Field(None, description="iDEAL.")
    kakao_pay: NoDetailsObject | None = Field(None, description="Kakao Pay.")
    klarna: KlarnaObject | None = Field(None, description="Klarna.")
    konbini: NoDetailsObject | None = Field(None, description="Konbini.")
    kr_card: KrCardObject | None = Field(None, description="Korean card.")
    link: LinkObject | None = Field(None, description="Link.")
    mb_way: NoDetailsObject | None = Field(None, description="MB WAY.")
    mobilepay: NoDetailsObject | None = Field(None, description="MobilePay.")
    multibanco: NoDetailsObject | None = Field(None, description="Multibanco.")
    naver_pay: NaverPayObject | None = Field(None, description="Naver Pay.")
    nz_bank_account: NzBankAccountObject | None = Field(None, description="New Zealand bank account.")
    oxxo: NoDetailsObject | None = Field(None, description="OXXO.")
    p24: P24Object | None = Field(None, description="Przelewy24.")
    pay_by_bank: NoDetailsObject | None = Field(None, description="Pay by Bank.")
    payco: NoDetailsObject | None = Field(None, description="PAYCO.")
    paynow: NoDetailsObject | None = Field(None, description="PayNow.")
    paypal: PaypalObject | None = Field(None, description="PayPal.")
    payto: PaytoObject | None = Field(None, description="PayTo.")
    pix: NoDetailsObject | None = Field(None, description="Pix.")
    promptpay: NoDetailsObject | None = Field(None, description="PromptPay.")
    revolut_pay: NoDetailsObject | None = Field(None, description="Revolut Pay.")
    samsung_pay: NoDetailsObject | None = Field(None, description="Samsung Pay.")
    satispay: NoDetailsObject | None = Field(None, description="Satispay.")
    scalapay: NoDetailsObject | None = Field(None, description="Scalapay.")
    sepa_debit: SepaDebitObject | None = Field(None, description="SEPA debit.")
    sofort: SofortObject | None = Field(None, description="Sofort.")
    sunbit: NoDetailsObject | None = Field(None, description="Sunbit.")
    swish: NoDetailsObject | None = Field(None, description="Swish.")
    twint: NoDetailsObject | None = Field(None, description="TWINT.")
    upi: UpiObject | None = Field(None, description="UPI.")
    us_bank_account: UsBankAccountObject | None = Field(None, description="US bank account.")
    wechat_pay: NoDetailsObject | None = Field(None, description="WeChat Pay.")
    zip: NoDetailsObject | None = Field(None, description="Zip.")


class PaymentMethodObject(PaymentMethodDetailsObject, PaymentMethodHeadObject):
    """A way to pay: its details stand in the hash that is named like its type."""


def render(payment_method: PaymentMethod) -> PaymentMethodObject:
    """A payment method as clients see it."""
    hashes: Tree = {payment_method.type: payment_method.details}
    if radar := payment_method.extras.get("radar_options"):
        hashes["radar_options"] = radar
    return PaymentMethodObject(
        id=payment_method.id,
        allow_redisplay=payment_method.allow_redisplay,
        billing_details=BillingDetailsObject(**billing_details(payment_method.billing_details)),
        created=unix(payment_method.created_at),
        customer=payment_method.customer_id,
        customer_account=None,
        livemode=payment_method.livemode,
        metadata=payment_method.meta,
        type=payment_method.type,
        **hashes,
    )


def billing_details(stored: Tree) -> Tree:
    """Billing details as clients see them, on payment methods and charges: the address is always a hash."""
    address = stored.get("address") or NO_ADDRESS
    shown: Tree = {"address": {name: address.get(name) for name in ADDRESS_FIELDS}}
    return shown | {name: stored.get(name) for name in ("email", "name", "phone", "tax_id")}
