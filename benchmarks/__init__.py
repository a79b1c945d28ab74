"""How fast it is: each benchmark a file, each figure with its aim beside it. docs/benchmarks.md explains them."""
