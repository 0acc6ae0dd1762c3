"""Printing: bytes and texts from data alone. Nothing is looked up and nothing is sent here."""
