"""What pages can ask for: each operation is a function of a desk and the arguments it needs."""
