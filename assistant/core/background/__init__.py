"""What the model does when nobody asks.

completion  a completion beside the conversations' cache
titles      titles of conversations
summaries   running summaries of the oldest turns
"""
