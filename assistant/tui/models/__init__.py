"""Models: choosing and downloading models, LoRA adapters and sampling.

screen    models on this machine and downloads
pickers   the model and the sampling of a conversation
adapters  its LoRA adapters and their scales
lines     models and adapters in lines
"""
