"""What the sparse linear baselines are made of: token ids, n-gram counts, weights, a solver."""
