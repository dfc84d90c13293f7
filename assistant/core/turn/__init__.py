"""The turn: request → events → outcome; and its preview.

requests  ask, regenerate, edit, continue: stored first
sampling  which sampling holds in a conversation
adapters  which adapters its model is run with
sources   the user's files in it: searched and quoted
whole     answers about documents as a whole
chat      the turn itself
outcome   its result, as stored with the answer
checking  the check of the answer against what was read for it
preview   the window of the next question
"""
