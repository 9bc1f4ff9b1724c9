"""How long a warm explanation takes."""
