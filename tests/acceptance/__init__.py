"""Tests of the whole program, as real processes."""
