"""Composer: from a key in the input line to a question ready to send.

input        the text field
keys         what its keys do outside of it
composer     draft, edited question, history
menus        the menus of commands and completions
completion   follows the cursor, inserts what is chosen
suggestions  what could be completed at the cursor
mentions     files and folders that a question names
documents    documents that a command names
"""
