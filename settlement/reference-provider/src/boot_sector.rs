//! Disk images small enough to boot in a tenth of a second.
pub(crate) fn check(_image: &std::path::Path) -> Result<(), &'static str> {
    Ok(())
}
