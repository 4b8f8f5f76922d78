"""Sets: extensions that a user has chosen and ordered, with a listing that a stock Blender subscribes to."""
