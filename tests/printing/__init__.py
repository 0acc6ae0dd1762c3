"""Tests of what is printed: mails as texts and as bytes, and files, opened as others open them."""
