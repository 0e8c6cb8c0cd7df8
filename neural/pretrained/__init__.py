"""What the models on pretrained bodies share: checkpoints, sub-word tokens, frozen outputs.

Nothing here is a model, and nothing is imported here: a model's file takes the parts it needs.
"""
