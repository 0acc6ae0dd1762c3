"""One function for each thing that the system does, one file for each noun."""
