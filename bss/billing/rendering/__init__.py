"""From an issued document to a file: no rows."""
