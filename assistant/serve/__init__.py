"""Server: models and library of this machine for other programs, as OpenAI's services are asked.

A front end like the screen: it receives what it works on, and builds nothing of it.

server           listens, tells where, and serves until it is told to end
app              the addresses, and what answers at each
http/            requests let in or refused, answers sent piece by piece
api/             OpenAI's requests and replies: chat, responses, embeddings, models
answers/         answers of the models, alone or from the user's files with citations
activity         requests, tokens and waiting, for who looks on
"""
