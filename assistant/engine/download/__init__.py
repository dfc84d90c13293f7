"""Downloads: `assistant models pull`.

client  starts the process that fetches
worker  the process: the only one that talks to a network
hub     Hugging Face: which files, resumed, checked
"""
