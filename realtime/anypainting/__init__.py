"""Any painting at once: nothing is learned, what the network knows is mixed to come near it."""
