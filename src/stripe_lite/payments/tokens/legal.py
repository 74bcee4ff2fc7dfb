"""Tokens of the people and businesses behind an account: what may be kept of them until an account is made of it."""

import calendar
import re

from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.objects import Params, Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.tokens.legal_schema import AccountTokenParams, DateParams, PersonTokenParams

# Numbers that the state knows people by: only that they were given is kept.
NUMBERS = ("id_number", "id_number_secondary", "ssn_last_4")
SSN_LAST_4 = re.compile(r"[0-9]{4}")
FILE_HASHES = ("document", "additional_document", "company_authorization", "passport", "visa")


def read(work: Work, given: AccountTokenParams | PersonTokenParams, param: str) -> Tree:
    """What may be kept of the details; raises InvalidRequest where they cannot be right."""
    if work.livemode and not work.request.publishable:
        raise InvalidRequest(f"In live mode, {param} tokens can be created with a publishable key only.", param=param)
    if isinstance(given, AccountTokenParams):
        _check_business(given)
    return _kept(given, param)


def _check_business(given: AccountTokenParams) -> None:
    """Refuse a person where a company is told of, and the other way round."""
    if given.business_type == "individual" and given.company is not None:
        raise InvalidRequest("An individual has no company.", param="account[company]")
    if given.business_type not in (None, "individual") and given.individual is not None:
        raise InvalidRequest(f"A {given.business_type} is no individual.", param="account[individual]")


def _kept(given: Params, param: str) -> Tree:
    kept: Tree = {}
    for name, value in given.sent().items():
        here = f"{param}[{name}]"
        match value:
            case DateParams():
                _check_date(value, here)
                kept[name] = value.model_dump()
            case Params():
                if name in FILE_HASHES:
                    _refuse_files(value, here)
                kept[name] = _kept(value, here)
            case str() if name in NUMBERS:
                if name == "ssn_last_4" and not SSN_LAST_4.fullmatch(value):
                    raise InvalidRequest("The last four digits of a number are four digits.", param=here)
                kept[f"{name}_provided"] = True
            case _:
                kept[name] = value
    return kept


def _check_date(date: DateParams, param: str) -> None:
    if not 1 <= date.month <= 12:
        raise InvalidRequest("A month is a number from 1 to 12.", param=f"{param}[month]")
    if not 1900 <= date.year <= 9999:
        raise InvalidRequest("A year has four digits.", param=f"{param}[year]")
    if not 1 <= date.day <= calendar.monthrange(date.year, date.month)[1]:
        raise InvalidRequest("This month has no such day.", param=f"{param}[day]")


def _refuse_files(documents: Params, param: str) -> None:
    """No file can be uploaded here, so that none is known."""
    for name, value in documents.sent().items():
        for file in value if isinstance(value, list) else [value]:
            if file:
                raise ResourceMissing("file upload", file, param=f"{param}[{name}]")
