"""Conversations around their turns.

start           a conversation begins under a prompt
branches        where versions of a conversation part
search_query    what is typed to search them, parsed
save_as_prompt  a conversation becomes a prompt
"""
