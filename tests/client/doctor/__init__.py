"""Each finding of the doctor, with the state that causes it, and its cure."""
