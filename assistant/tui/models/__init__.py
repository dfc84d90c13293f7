"""Models: choosing and downloading models, LoRA adapters and sampling.

screen    models on this machine and on servers, and downloads
offers    dialog on licence and size of a download
servers   dialogs on servers: adding one, what may be sent to it, removing it
pickers   the model and the sampling of a conversation
adapters  its LoRA adapters and their scales
lines     models and adapters in lines
"""
