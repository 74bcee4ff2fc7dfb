"""What tax ids look like, for the types whose form is published; and which country an id belongs to.

Patterns are held against the value in capitals and without its separators, so that `CHE-123.456.789 MWST` and
`CHE123456789MWST` are one. A type that is not listed takes any value.
"""

import re
from typing import Literal

VALUE_CHARACTERS_MAX = 100

EU_VAT = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}(\d{3})?",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}(\d{3})?",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(\d{9}(\d{3})?|GD\d{3}|HA\d{3})",
}

PATTERNS = {
    "ae_trn": r"\d{15}",
    "ar_cuit": r"\d{11}",
    "au_abn": r"\d{11}",
    "au_arn": r"\d{12}",
    "br_cnpj": r"[A-Z0-9]{12}\d{2}",
    "br_cpf": r"\d{11}",
    "ca_bn": r"\d{9}",
    "ca_gst_hst": r"\d{9}RT\d{4}",
    "ca_pst_bc": r"PST\d{8}",
    "ca_pst_mb": r"\d{7}",
    "ca_pst_sk": r"\d{7}",
    "ca_qst": r"\d{10}TQ\d{4}",
    "ch_uid": r"CHE\d{9}(HR)?",
    "ch_vat": r"CHE\d{9}(MWST|TVA|IVA)?",
    "cl_tin": r"\d{7,8}[\dK]",
    "es_cif": r"[A-Z0-9]{9}",
    "eu_oss_vat": r"(EU|IM)\d{9,10}",
    "eu_vat": "|".join(country + pattern for country, pattern in EU_VAT.items()),
    "gb_vat": r"GB(\d{9}(\d{3})?|GD\d{3}|HA\d{3})",
    "ge_vat": r"\d{9}",
    "hk_br": r"\d{8}",
    "hr_oib": r"\d{11}",
    "il_vat": r"\d{9}",
    "in_gst": r"\d{2}[A-Z0-9]{13}",
    "jp_cn": r"\d{13}",
    "jp_rn": r"\d{5}",
    "jp_trn": r"T\d{13}",
    "kr_brn": r"\d{10}",
    "li_uid": r"CHE\d{9}",
    "mx_rfc": r"[A-Z&Ñ]{3,4}\d{6}[A-Z0-9]{3}",
    "no_vat": r"\d{9}MVA",
    "nz_gst": r"\d{8,9}",
    "pe_ruc": r"\d{11}",
    "pl_nip": r"\d{10}",
    "ru_inn": r"\d{10}(\d{2})?",
    "ru_kpp": r"\d{9}",
    "sa_vat": r"\d{15}",
    "sg_gst": r"[A-Z0-9]{9,10}",
    "sg_uen": r"[A-Z0-9]{9,10}",
    "si_tin": r"\d{8}",
    "th_vat": r"\d{13}",
    "tw_vat": r"\d{8}",
    "us_ein": r"\d{9}",
    "za_vat": r"4\d{9}",
}

Status = Literal["pending", "unavailable", "unverified", "verified"]

# Only ids of these types are looked up in a register; the status of all others stays `unavailable`.
VERIFIABLE = frozenset({"au_abn", "eu_vat", "gb_vat"})
# Stripe's values for test mode, which a type takes as they are or after a country's two letters.
MAGIC: dict[str, Status] = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}

_separators = re.compile(r"[\s.\-/]")
_letters = re.compile(r"^[A-Z]{2}")


def fits(type: str, value: str, *, livemode: bool) -> bool:
    """Whether the value can be a tax id of its type."""
    compact = _compact(value)
    if not compact or len(value) > VALUE_CHARACTERS_MAX:
        return False
    if not livemode and type in VERIFIABLE and compact in MAGIC:
        return True
    pattern = PATTERNS.get(type)
    return pattern is None or re.fullmatch(pattern, compact, re.ASCII) is not None


def country_of(type: str, value: str) -> str | None:
    """The two-letter code of the country that the id belongs to, where its type or value tells it."""
    if type == "eu_vat":
        prefix = _compact(value)[:2]
        return {"EL": "GR", "XI": "GB"}.get(prefix, prefix) if prefix in EU_VAT else None
    return None if type in ("eu_oss_vat", "unknown") else type[:2].upper()


def verdict(type: str, value: str, *, livemode: bool) -> Status:
    """What a register says of the id in the end. Offline there is none to ask: in test mode an id that is none of
    Stripe's magic ones is taken for a good one, in live mode nothing is claimed."""
    if livemode or type not in VERIFIABLE:
        return "unavailable"
    return MAGIC.get(_letters.sub("", _compact(value)), "verified")


def _compact(value: str) -> str:
    return _separators.sub("", value).upper()
