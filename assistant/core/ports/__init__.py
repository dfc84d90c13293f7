"""The seams: what the core needs from the outside, as Protocols.

conversations  ConversationStore: the user's conversations
models         ChatModel and where models come from
library        Library: the user's files
"""
