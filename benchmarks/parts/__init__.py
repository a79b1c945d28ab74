"""What a benchmark runs in processes of its own, so that measuring takes nothing from what is measured."""
