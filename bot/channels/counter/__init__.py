"""The counter: a page under /desk where staff key in for one person at a time, and print what that one takes home."""
