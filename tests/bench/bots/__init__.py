"""The bots that stand beside Doorstep in the tables, each as its library's own first example would have it."""
