"""What the district offers: one folder per service."""
