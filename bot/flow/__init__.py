"""A conversation as data: steps, readers, the one transition function. Pure: no I/O."""
