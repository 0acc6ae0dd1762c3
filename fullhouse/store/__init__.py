"""The only place with SQL: one module per noun, and the connections."""
