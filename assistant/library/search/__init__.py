"""Search: from a question to passages.

retrieval   the passages for a question
naming      the files that it names
correction  the nearest words for those that no passage has
ranking     how well each passage fits
reranking   those that fit about equally well, by their sentences
selection   which of them are given out
evidence    whether the files speak to the question at all
telling     the texts that say most of what all say, or most about a question
"""
