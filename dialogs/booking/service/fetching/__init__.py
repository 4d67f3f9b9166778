"""The way home: who may fetch a child, the pick-up code, coming and going, what happens when nobody comes, the receipt."""
