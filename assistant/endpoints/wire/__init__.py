"""OpenAI's protocol in the spelling of every server.

connection  one request at a time, in a thread, that a stop ends at once
payload     the body of a request: what this kind of server takes of it
answer      what arrives of an answer becomes events, with an end rule of its own
refusals    a server's refusal in words, and which field of the request it names
chunks      fields of one chunk, in every spelling
stop        the end of a request that nobody wants any more
address     where a server is, and whether that is this machine
"""
