"""The user's files: walked, read, cut, indexed and found again."""
