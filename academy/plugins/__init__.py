"""What a course module is: the contract, the hooks it may answer, and the manager that loads it."""
