"""Sound effects, each made by a short function after how the thing sounds."""
