"""The engine's process: requests come in, are scheduled, and run on a loaded model.

main        listens, serves one job after the other, ends when idle
scheduler   the requests that wait, in fair order
executor    runs each job on its model
model_pool  the loaded models, as many as fit
model       a loaded model: counts, renders, writes
context     the context that it computes in
"""
