"""What payment intents and setup intents have in common."""

from typing import TypeAlias

from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.setup_intents.model import SetupIntent

Intent: TypeAlias = PaymentIntent | SetupIntent
