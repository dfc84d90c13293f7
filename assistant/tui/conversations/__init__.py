"""Conversations: the list of all, search, trash, undo and comparison.

sidebar         the list widget with its title filter
listing         its data, kept up to date with the database
rows            its rows, labels and the title line
folder          chooses the folder of a conversation
search_screen   full-text search while typing
search_results  queries in a thread, excerpts with matches
compare         two branches side by side
undo            takes changes back
trash           screen of what was removed and changed
"""
