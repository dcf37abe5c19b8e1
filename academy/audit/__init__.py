"""The journal of acts: who did what to what, chained by hashes so that no row can change unseen."""
