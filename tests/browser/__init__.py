"""What people do in a browser: a real Chromium before a real `fullhouse serve`."""
