"""A self-hosted, stateful payment processor that speaks Stripe's API."""
