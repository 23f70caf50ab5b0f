"""Settings on screen: motifs, places and days, each change with its history."""
