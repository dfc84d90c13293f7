"""Prompt templating: messages to the text that a model reads, and its reasoning out of an answer.

template        the chat template of a model, run in a sandbox
form            how it takes messages, learnt from what comes out
reasoning       what a model thinks before it answers, split off
role_markers    what separates turns, broken inside messages
marker_pairs    what begins thoughts, by what ends them
answer_headers  what stands before an answer, split from what is about its thoughts
thinking        how a template writes thoughts, and what it is given for a level of it
thought_probes  both learnt by rendering it
rendering       messages to prompt text, with the span of each
"""
