"""The models on this machine, and whether they run.

discovery      model files in folders and of other programs
headers        what their headers say, asked of a process and kept
header_worker  that process
verdict        whether a model runs here, and how fast
survey         all of that for the files that were found
tunings        what `assistant bench` found for a model
catalog        the models by name, with the options each is loaded with
"""
