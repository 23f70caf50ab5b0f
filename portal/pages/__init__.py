"""Home, help, places and information pages."""
