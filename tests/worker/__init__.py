"""Tests of fullhouse.worker."""
