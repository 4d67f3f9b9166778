"""What finding a place does inside a turn: from where, which ones, what is said of them."""
