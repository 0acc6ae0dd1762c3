"""The benchmark: Full House beside the in-memory demo and the ceiling of the language, on the same cores."""
