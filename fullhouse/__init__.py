"""Full House sells event tickets: every place exactly once."""
