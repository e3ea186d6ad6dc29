"""What training minimises, and the loss networks that it is seen through."""
