"""What passages say to the sentences of answers."""
