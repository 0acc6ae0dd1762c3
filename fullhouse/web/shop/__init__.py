"""The shop: the pages on which buyers find events, book them, and keep what they booked."""
