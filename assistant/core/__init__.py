"""What the product is: pure Python, synchronous, standard library and pydantic only.

errors          the errors a user can meet
sanitize        the border for foreign text on its way to a screen
atomic          files replaced in one step
trust           files that somebody else could have written
wording         amounts, sizes, durations and reasons in words, the same everywhere
values/         every frozen value that travels
ports/          what the core needs from the outside, as Protocols
prompts/        the prompt library
context/        what fits the window, and letting it grow
conversations/  start, branches, search query, save as prompt
grounding/      the user's files in a turn
summarising/    documents as a whole, read section by section
turn/           request → events → outcome; its preview
background/     titles and summaries, when the model is idle
transfer/       import and export
spans           quotes and places in a text, differences of two texts
evaluation      the user's own questions, as a measure of retrieval and answers
"""
