"""What the library tells people: failure texts, tables and timelines for log.html, progress lines and transcripts.

Everything here is pure: it reads connections and returns text or markup. Nothing logs, and nothing imports Robot.
"""
