"""Item analysis: what the answers say about the questions, by classical test theory; a projection, never a mark."""
