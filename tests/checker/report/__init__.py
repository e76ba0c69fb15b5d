"""Shows and writes results."""
