"""Library: the user's files on the screen, from their status to adding more.

status       polls what the library holds
scope        which collections a conversation searches
offer        preview of paths that may be added
add_dialog   asks once what to do with them
jobs         indexing jobs and their progress line
screen       the library screen
lists        its lists of collections and files
lines        its lines of text
maintenance  remove, undo, refresh, rebuild, pause, verify
dialogs      integrity report, reason of a skipped file
"""
