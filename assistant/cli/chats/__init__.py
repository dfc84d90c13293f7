"""`assistant chats`: the kept conversations from the command line.

commands  list, show, rename, delete
search    full-text search
context   the context window, pinned and excluded turns
editing   another text for an answer, and going on with it
organise  pin, tag, move, archive, rate, fork
trash     trash, restore, undo, history
format    dates, labels and JSON fields that they share
"""
