"""API: OpenAI's requests read, and replies in its words.

fields           fields of a request, each with its type
messages         a conversation as a client holds it
chat             chat completions
responses        responses, without a memory
embeddings       texts to vectors
models           the list of models
exchange         a request for an answer, from its fields to the last byte of its reply
"""
