"""A pretended case store in a process of its own, with faults to order and a truth to read."""
