"""Long figures: what only shows after hundreds of kills, months, or thousands of people. `python -m tests.soak`."""
