"""How a scene is drawn: each style paints levels of two ramps, and the scene gives the colours."""
