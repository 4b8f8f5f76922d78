"""*My extensions*: what is asked of an author, their numbers, and the list of what is theirs."""
