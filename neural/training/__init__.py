"""What the neural models share: the classifier base, vocabulary, batches and the training loop.

Nothing here is a model, and nothing is imported here: a model's file takes the parts it needs.
"""
