"""What the core asks of the world, with its promises in prose."""
