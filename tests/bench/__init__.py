"""The tables of `make bench`: how fast, how heavy, and beside whom. Nothing here fails by time."""
