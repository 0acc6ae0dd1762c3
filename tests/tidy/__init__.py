"""The rules of the house, kept as ordinary tests."""
