"""What the commands of `doorstep` do; `bot.__main__` says how they are called."""
