"""Tests of fullhouse.rules."""
