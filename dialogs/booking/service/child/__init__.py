"""The child of a booking: its card, the words to the place, its first visit, and the day on which it is ill."""
