"""What has to be told, by which route, and when."""
