"""Models on servers that speak OpenAI's protocol, elsewhere or in other programs here.

catalog       the models of this machine and of servers, in one list
directory     the endpoints of the settings: added, tested, allowed, removed, found
chat_model    ChatModel on a server: an answer, second tries, what is kept of a cut one
server        one server: its connection, what is known of it, what may be sent to it
cut_prompts   what a server has left out of a long prompt without a word
token_counts  tokens as the server counts them, or about
probe         what a server can do, asked of the server
known         what was found out, kept for an hour
consent       what the user allows to be sent, and to which host
keys          keys from the keyring, an environment variable or a file
wire/         OpenAI's protocol in the spelling of every server
"""
