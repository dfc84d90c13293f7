"""The seams: what the core needs from the outside, as Protocols.

conversations  how conversations are set up, the catalog of all, the whole store
messages       messages of a conversation: the tree, answers in the making
trash          the trash, and the changes that can be undone
models         ChatModel and where models come from
endpoints      Endpoints: servers of models
library        Library: the user's files
"""
