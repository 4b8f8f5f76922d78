"""Create a new extension: what its files contain, and writing them."""
