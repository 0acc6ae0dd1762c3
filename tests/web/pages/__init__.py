"""Pages over HTTP, as every one of them is."""
