"""Rates of exchange: a fixed table, so that the same payment always settles at the same amount.

The rates are round figures near those of 2026; no market moves them.
"""

from decimal import Decimal
from functools import cache

from stripe_lite.core.money import find_currency
from stripe_lite.core.terms import rounded

# What one whole unit of each currency is worth in US dollars.
US_DOLLARS = {
    "aed": "0.2723", "afn": "0.0144", "all": "0.0118", "amd": "0.0026", "ang": "0.5587", "aoa": "0.0011",
    "ars": "0.0007", "aud": "0.65", "awg": "0.5556", "azn": "0.5882", "bam": "0.59", "bbd": "0.5", "bdt": "0.0082",
    "bgn": "0.59", "bhd": "2.6525", "bif": "0.00034", "bmd": "1", "bnd": "0.77", "bob": "0.1447", "brl": "0.18",
    "bsd": "1", "btn": "0.0114", "bwp": "0.073", "byn": "0.305", "bzd": "0.4975", "cad": "0.72", "cdf": "0.00035",
    "chf": "1.22", "clp": "0.00105", "cny": "0.14", "cop": "0.00025", "crc": "0.00197", "cve": "0.0104",
    "czk": "0.047", "djf": "0.00562", "dkk": "0.155", "dop": "0.016", "dzd": "0.0077", "eek": "0.0735",
    "egp": "0.0207", "etb": "0.0069", "eur": "1.15", "fjd": "0.44", "fkp": "1.33", "gbp": "1.33", "gel": "0.368",
    "ghs": "0.091", "gip": "1.33", "gmd": "0.0138", "gnf": "0.000115", "gtq": "0.1302", "gyd": "0.00478",
    "hkd": "0.128", "hnl": "0.038", "hrk": "0.1526", "htg": "0.00763", "huf": "0.0029", "idr": "0.00006",
    "ils": "0.3", "inr": "0.0114", "isk": "0.008", "jmd": "0.00622", "jod": "1.4104", "jpy": "0.0065",
    "kes": "0.00774", "kgs": "0.01144", "khr": "0.000249", "kmf": "0.00234", "krw": "0.0007", "kwd": "3.25",
    "kyd": "1.2", "kzt": "0.0019", "lak": "0.000046", "lbp": "0.0000112", "lkr": "0.0033", "lrd": "0.0054",
    "lsl": "0.0575", "ltl": "0.333", "lvl": "1.636", "mad": "0.108", "mdl": "0.059", "mga": "0.000224",
    "mkd": "0.0187", "mmk": "0.000476", "mnt": "0.00028", "mop": "0.1243", "mro": "0.0025", "mur": "0.0218",
    "mvr": "0.0649", "mwk": "0.000577", "mxn": "0.054", "myr": "0.237", "mzn": "0.0156", "nad": "0.0575",
    "ngn": "0.00067", "nio": "0.0272", "nok": "0.099", "npr": "0.0071", "nzd": "0.58", "omr": "2.6008", "pab": "1",
    "pen": "0.287", "pgk": "0.24", "php": "0.0172", "pkr": "0.00355", "pln": "0.27", "pyg": "0.00014",
    "qar": "0.2747", "ron": "0.226", "rsd": "0.0098", "rub": "0.0123", "rwf": "0.00069", "sar": "0.2667",
    "sbd": "0.1215", "scr": "0.0717", "sek": "0.105", "sgd": "0.77", "shp": "1.33", "sle": "0.0435",
    "sll": "0.0000435", "sos": "0.00175", "srd": "0.0255", "std": "0.0000469", "svc": "0.1143", "szl": "0.0575",
    "thb": "0.0308", "tjs": "0.107", "tnd": "0.339", "top": "0.417", "try": "0.0238", "ttd": "0.1475",
    "twd": "0.0325", "tzs": "0.000405", "uah": "0.0239", "ugx": "0.000285", "usd": "1", "uyu": "0.025",
    "uzs": "0.000082", "vef": "0.00001", "vnd": "0.000038", "vuv": "0.0083", "wst": "0.363", "xaf": "0.00175",
    "xcd": "0.3704", "xcg": "0.5587", "xof": "0.00175", "xpf": "0.00964", "yer": "0.00418", "zar": "0.0575",
    "zmw": "0.0437",
}  # fmt: skip

RATE_DIGITS = Decimal("0.000000000001")


@cache
def rate(source: str, target: str) -> Decimal:
    """What an amount in one currency's minor unit is multiplied by to get the other's."""
    units = Decimal(US_DOLLARS[source]) / Decimal(US_DOLLARS[target])
    shift = find_currency(target).decimals - find_currency(source).decimals
    return units.scaleb(shift).quantize(RATE_DIGITS).normalize()


def convert(amount: int, source: str, target: str) -> int:
    """An amount in minor units of one currency in those of another."""
    return amount if source == target else rounded(amount * rate(source, target))
