"""The console: the pages on which organizers work."""
