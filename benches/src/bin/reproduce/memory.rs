//! How much memory the process takes, where the system says so.

use std::fs;

/// Forgets the peak so far.
pub(crate) fn forget_peak() {
    // Where this is not allowed the peak is that of the whole process, and says too much rather than too little.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most that was resident at once, in bytes.
pub(crate) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
