"""What the tray application is joined from: each part knows some of the window and some of the line."""
