"""Tests of what talks to other systems, with real processes in their stead."""
