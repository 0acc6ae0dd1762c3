"""Ways to pay: one file for each provider, all behind one small interface."""
