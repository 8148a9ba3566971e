"""What each programmed film still owes, the test play of its copies, and the lock."""
