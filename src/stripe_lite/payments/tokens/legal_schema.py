"""What clients send of the people and businesses behind an account, for the tokens that stand for them."""

from typing import Literal, TypeAlias

from pydantic import Field

from stripe_lite.core.contacts import AddressParams
from stripe_lite.core.objects import Metadata, Params

BusinessType: TypeAlias = Literal["company", "government_entity", "individual", "non_profit"]
PoliticalExposure: TypeAlias = Literal["existing", "none"]


class JapaneseAddressParams(AddressParams):
    """An address in Japan, in kana or kanji."""

    town: str | None = Field(None, description="Town, or cho-me.")


class DateParams(Params):
    """A day."""

    day: int = Field(description="Day of the month, 1 to 31.")
    month: int = Field(description="Month, 1 to 12.")
    year: int = Field(description="Year, with four digits.")


class DeclarationParams(Params):
    """When, where and how somebody declared something."""

    date: int | None = Field(None, description="When, in seconds since 1970.")
    ip: str | None = Field(None, description="From which address.")
    user_agent: str | None = Field(None, description="By which browser.")


class DocumentParams(Params):
    """A document on two uploaded pictures."""

    back: str | None = Field(None, description="The file with its back.")
    front: str | None = Field(None, description="The file with its front.")


class CompanyVerificationParams(Params):
    """What proves that a company is what it says."""

    document: DocumentParams | None = Field(None, description="A document of the company.")


class PersonVerificationParams(Params):
    """What proves that somebody is who they say."""

    additional_document: DocumentParams | None = Field(None, description="A document that shows the address.")
    document: DocumentParams | None = Field(None, description="A document that shows the person.")


class CompanyParams(Params):
    """A company behind an account."""

    address: AddressParams | None = Field(None, description="Where it is.")
    address_kana: JapaneseAddressParams | None = Field(None, description="Where it is, in kana.")
    address_kanji: JapaneseAddressParams | None = Field(None, description="Where it is, in kanji.")
    directors_provided: bool | None = Field(None, description="Whether all its directors are known.")
    directorship_declaration: DeclarationParams | None = Field(None, description="That the directors are right.")
    executives_provided: bool | None = Field(None, description="Whether all its executives are known.")
    export_license_id: str | None = Field(None, description="Its licence to export.")
    export_purpose_code: str | None = Field(None, description="What it exports for.")
    name: str | None = Field(None, description="Its legal name.")
    name_kana: str | None = Field(None, description="Its legal name in kana.")
    name_kanji: str | None = Field(None, description="Its legal name in kanji.")
    owners_provided: bool | None = Field(None, description="Whether all its owners are known.")
    ownership_declaration: DeclarationParams | None = Field(None, description="That the owners are right.")
    ownership_declaration_shown_and_signed: bool | None = Field(None, description="Whether that was signed.")
    ownership_exemption_reason: (
        Literal["qualified_entity_exceeds_ownership_threshold", "qualifies_as_financial_institution"] | None
    ) = Field(None, description="Why it need not name its owners.")
    phone: str | None = Field(None, description="Its telephone number.")
    registration_date: DateParams | None = Field(None, description="When it was registered.")
    registration_number: str | None = Field(None, description="Under which number it is registered.")
    representative_declaration: DeclarationParams | None = Field(None, description="That the representative is right.")
    structure: str | None = Field(None, description="Its legal form.")
    tax_id: str | None = Field(None, description="Its tax id.")
    tax_id_registrar: str | None = Field(None, description="Who gave it the tax id.")
    vat_id: str | None = Field(None, description="Its VAT number.")
    verification: CompanyVerificationParams | None = Field(None, description="What proves it.")


class IndividualRelationshipParams(Params):
    """What somebody is to their own business."""

    director: bool | None = Field(None, description="Whether they direct it.")
    executive: bool | None = Field(None, description="Whether they manage it.")
    owner: bool | None = Field(None, description="Whether they own it.")
    percent_ownership: float | None = Field(None, description="How much of it they own, in percent.")
    title: str | None = Field(None, description="Their title in it.")


class RelationshipParams(IndividualRelationshipParams):
    """What somebody is to the business behind an account."""

    authorizer: bool | None = Field(None, description="Whether they may commit it.")
    legal_guardian: bool | None = Field(None, description="Whether they are a minor's guardian.")
    representative: bool | None = Field(None, description="Whether they opened the account.")


class IndividualParams(Params):
    """A person behind an account."""

    address: AddressParams | None = Field(None, description="Where they live.")
    address_kana: JapaneseAddressParams | None = Field(None, description="Where they live, in kana.")
    address_kanji: JapaneseAddressParams | None = Field(None, description="Where they live, in kanji.")
    dob: DateParams | None = Field(None, description="When they were born.")
    email: str | None = Field(None, description="Their e-mail address.")
    first_name: str | None = Field(None, description="Their first name.")
    first_name_kana: str | None = Field(None, description="Their first name in kana.")
    first_name_kanji: str | None = Field(None, description="Their first name in kanji.")
    full_name_aliases: list[str] | None = Field(None, description="Other names of theirs.")
    gender: str | None = Field(None, description="Their gender.")
    id_number: str | None = Field(None, description="A number that the state knows them by. It is not kept.")
    id_number_secondary: str | None = Field(None, description="Another such number. It is not kept.")
    last_name: str | None = Field(None, description="Their last name.")
    last_name_kana: str | None = Field(None, description="Their last name in kana.")
    last_name_kanji: str | None = Field(None, description="Their last name in kanji.")
    maiden_name: str | None = Field(None, description="Their last name at birth.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    phone: str | None = Field(None, description="Their telephone number.")
    political_exposure: PoliticalExposure | None = Field(None, description="Whether they are politically exposed.")
    registered_address: AddressParams | None = Field(None, description="Where they are registered.")
    relationship: IndividualRelationshipParams | None = Field(None, description="What they are to their business.")
    ssn_last_4: str | None = Field(None, description="Last digits of their social security number. They are not kept.")
    verification: PersonVerificationParams | None = Field(None, description="What proves them.")


class AccountTokenParams(Params):
    """The account that the token stands for."""

    business_type: BusinessType | None = Field(None, description="What kind of business it is.")
    company: CompanyParams | None = Field(None, description="The company behind it.")
    individual: IndividualParams | None = Field(None, description="The person behind it.")
    tos_shown_and_accepted: bool | None = Field(None, description="Whether the terms of service were accepted.")


class AccountTermsParams(Params):
    """That the terms for accounts were accepted."""

    account: DeclarationParams | None = Field(None, description="How and when.")


class FilesParams(Params):
    """Uploaded files."""

    files: list[str] | None = Field(None, description="Their ids.")


class PersonDocumentsParams(Params):
    """Documents that show what somebody may do."""

    company_authorization: FilesParams | None = Field(None, description="That they may act for the company.")
    passport: FilesParams | None = Field(None, description="Their passport.")
    visa: FilesParams | None = Field(None, description="Their visa.")


class EthnicityParams(Params):
    """What somebody says of their ethnicity."""

    ethnicity: list[str] | None = Field(None, description="By the words of the form.")
    ethnicity_other: str | None = Field(None, description="In their own words.")


class RaceParams(Params):
    """What somebody says of their race."""

    race: list[str] | None = Field(None, description="By the words of the form.")
    race_other: str | None = Field(None, description="In their own words.")


class SelfDescriptionParams(Params):
    """What US lenders have to ask of applicants."""

    ethnicity_details: EthnicityParams | None = Field(None, description="Their ethnicity.")
    race_details: RaceParams | None = Field(None, description="Their race.")
    self_identified_gender: str | None = Field(None, description="Their gender in their own words.")


class PersonTokenParams(IndividualParams):
    """The person that the token stands for."""

    additional_tos_acceptances: AccountTermsParams | None = Field(None, description="Which terms they accepted.")
    documents: PersonDocumentsParams | None = Field(None, description="Documents that show what they may do.")
    nationality: str | None = Field(None, description="Two-letter code of their country.")
    relationship: RelationshipParams | None = Field(None, description="What they are to the business.")
    us_cfpb_data: SelfDescriptionParams | None = Field(None, description="What US lenders have to ask.")
