"""Tests of fullhouse.engine."""
