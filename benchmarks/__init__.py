"""How fast stripe_lite is, each figure beside a reference that ran in the same minutes: `./run bench`."""
