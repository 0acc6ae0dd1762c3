"""Tests of fullhouse.cli."""
