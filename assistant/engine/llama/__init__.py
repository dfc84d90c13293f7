"""The thin layer over llama.cpp.

backends    its libraries for processors and graphics cards
native      its log and abort flag
devices     processors and graphics cards that it can compute on
driver_versions  versions of the cards' drivers
card_probe  the process that loads the drivers of cards first
cards       the drivers in the process that computes
memory      which models stay loaded, how large a window can be
gpu         how many layers a graphics card computes
loading     a model into memory, and its context
vocabulary  text to tokens and back
lora        LoRA adapters of a loaded model
"""
