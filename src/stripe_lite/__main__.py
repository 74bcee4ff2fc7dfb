"""`python -m stripe_lite` and the command `stripe-lite`."""

from stripe_lite.cli import app


def main() -> None:
    """Run the command line."""
    app(prog_name="stripe-lite")


if __name__ == "__main__":
    main()
