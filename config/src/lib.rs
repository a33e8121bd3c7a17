//! Typed, validated configuration of a venue: every mistake in a file is reported with its line and remedy.
