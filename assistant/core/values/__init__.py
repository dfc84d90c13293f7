"""Every frozen value that travels between the parts of the program.

base          Value, of which all others are made
sampling      sampling parameters, with their bounds
load_options  options of loading a model, for all models and for one
conversation  conversations, messages, citations
documents     files once read: documents, chunks, passages
library       collections, search results, events of an indexing job
prompts       prompts, their variables and placeholders
models        models, token counts, downloads
endpoints/    servers of models, what may be sent to them, connections
context       the plan of the window
events        what happens in a turn
tuning        what makes a model fastest here
changes       undo history, trash, change marks, search results
transcript    a whole conversation outside the database
"""
