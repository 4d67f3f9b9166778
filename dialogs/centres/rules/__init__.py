"""The rules of finding a place: what is looked for, and what short questions after it ask. Pure."""
