"""The user's files in a turn.

mentions     `#collection` and `@file` in a question
catalog      questions about the library itself
followups    questions that go on with the one before
versions     passages that say nearly the same
scope        which files a question is about
retrieval    passages for a question, quoted in the prompt
unconfirmed  marks and sources that a model writes itself
citations    which passage bears out which sentence of the answer
references   the sources of an answer, and whether they have changed
"""
