"""What the gallery shows: the rows, facts and figures of an invented distributor. No database."""
