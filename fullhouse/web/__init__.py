"""HTTP: requests in, answers out. Nothing is decided here."""
