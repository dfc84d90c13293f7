"""SQL on an open transaction.

rows               rows as the core's values, and back
conversations      the list of conversations, tags and folders
messages           the tree of messages
marks              change marks at the messages after which they were made
undo               what was before each change
trash              messages that were removed
section_summaries  sections of documents that were read
word_index         the word indexes
search_filters     what a search is limited to
excerpts           the surroundings of matches in a text
search             full-text search
"""
