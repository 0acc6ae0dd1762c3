"""The shop over HTTP, as a browser without JavaScript uses it."""
