"""What is kept: one SQLite file or one PostgreSQL database, and the keys beside it."""
