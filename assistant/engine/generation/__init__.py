"""Generation: from the prompt's tokens to the answer.

decoding       prefill, token loop, tokens to text
sampler        how the next token is chosen, within a grammar if any
prompt_lookup  drafts of the next tokens, and what they cost
speculative    evaluates drafts together with what is written
"""
