"""What activities do inside a turn: finding, seats and who waits for one, the organiser's list, volunteers' hours."""
