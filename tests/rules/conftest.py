"""How the property tests of the rules run: without a clock, and printing how to repeat a failure."""

from hypothesis import settings

# The machine may be busy, so no example is timed.
settings.register_profile("rules", deadline=None, max_examples=75, print_blob=True)
settings.load_profile("rules")
