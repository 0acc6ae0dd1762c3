"""Background jobs, each a few lines that call one action."""
