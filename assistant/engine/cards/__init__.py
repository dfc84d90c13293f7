"""Graphics cards, as every process may know them: which there are, and which failed.

search  the cards of this machine, without a driver in this process
faults  a note of the card that ended the engine
"""
