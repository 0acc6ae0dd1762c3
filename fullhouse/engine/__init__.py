"""The engine: requests wait in lines, batches take them, and each batch is one transaction."""
