"""What the tests of the tutorial APIs share."""

import pytest

from tests.classic.client import Classic
from tests.shop import Shop


@pytest.fixture
def classic(shop: Shop) -> Classic:
    """The tutorial APIs with a new merchant's key."""
    return Classic.of(shop)
