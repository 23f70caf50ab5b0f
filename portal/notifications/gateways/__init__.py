"""The ways out: SMTP, Twilio, and one that keeps everything on screen."""
