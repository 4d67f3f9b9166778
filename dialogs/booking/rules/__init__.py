"""The rules of temporary care, pure: how room is counted, what a house has and asks, how answers are read."""
