"""Programs that a benchmark runs in processes of their own, so that measuring takes no time from them."""
