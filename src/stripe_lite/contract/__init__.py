"""Stripe's parameter names, types and enums at our API version, as data, and the check of a request against them."""

from stripe_lite.contract.facts import API_VERSIONS, EVENT_TYPES, Expansion, expandable
from stripe_lite.contract.operations import Operation, is_official, operation, operations, template
from stripe_lite.contract.scalars import alternatives

__all__ = [
    "API_VERSIONS",
    "EVENT_TYPES",
    "Expansion",
    "Operation",
    "alternatives",
    "expandable",
    "is_official",
    "operation",
    "operations",
    "template",
]
