"""The cases after public reports, beside the corpus, with what each must lead to in every command."""
