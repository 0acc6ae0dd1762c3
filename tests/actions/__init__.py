"""Tests of fullhouse.actions."""
