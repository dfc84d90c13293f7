"""HTTP: what is let in, and how answers go out.

gate             what a request has to be before it is read: host, origin, key, size
key              the key, in a file for the user alone
connection       connections that send nothing are closed
errors           errors as OpenAI's clients read them
event_stream     an answer sent as it is written, and stopped when nobody listens any more
"""
