"""The methods of the ConversationStore port, by group.

backends       on disk or in memory
conversations  conversations: made, listed, set
messages       messages and answers
answers        answers in the making and their journal
trash          trash and undo
transfer       forks and imports
"""
