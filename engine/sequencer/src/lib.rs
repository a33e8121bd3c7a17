//! Puts commands into one total order: number, stamp, journal, apply, publish; and recovers from the journal.
