"""The tray, the panel and the window. Shows snapshots; asks, and does not fetch."""
