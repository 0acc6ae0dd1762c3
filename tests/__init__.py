"""The tests: the same tree as the program, plus acceptance (real processes) and tidy (house rules)."""
