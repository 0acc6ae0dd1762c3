"""What talks to other systems, one folder for each kind."""
