"""Tests of fullhouse.web."""
