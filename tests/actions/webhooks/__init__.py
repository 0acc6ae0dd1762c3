"""Tests of telling webhooks what happened."""
