"""A user's own scikit-learn pipeline, named as FILE.py:FUNCTION, as one more model."""
