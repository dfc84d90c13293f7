"""Conversations in dictionaries: a fake of each of their four ports, and of all of them.

tree        a conversation's tree of messages, and its trash
shelf       the conversations of all windows, and the changes that can be undone
messages    FakeMessages
settings    FakeConversationSettings
search      what fits a query, by looking at everything
catalog     FakeConversationCatalog
trash       FakeConversationTrash
store       FakeConversations, which is all four
"""
