"""What bookings do inside a turn: the form, the room, the hold, what stands afterwards."""
