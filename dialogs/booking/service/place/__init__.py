"""The side of the place: what it has on a day, who comes, what becomes of the day."""
