//! Every limit of the control plane, and what happens at it.

use std::time::Duration;

/// The longest JSON body, in bytes; a longer one is answered 413.
pub const JSON_BYTES_MAX: usize = 64 * 1024;
/// The longest image unless the options say otherwise, in bytes; a longer one is answered 413.
pub const IMAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Requests worked on at once; one more is answered 429.
pub const REQUESTS_MAX: usize = 64;
/// Uploads worked on at once; one more is answered 429.
pub const UPLOADS_MAX: usize = 4;
/// Connections open at once; one more waits in the system's queue.
pub const CONNECTIONS_MAX: usize = 256;
/// How long a request's body may take to arrive; then 408, and nothing was applied.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// The longest idempotency key, in bytes.
pub const KEY_BYTES_MAX: usize = 128;
/// The longest name of an account, slot, image or holder, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// The longest free text, in bytes.
pub const TEXT_BYTES_MAX: usize = 256;
/// The most tags of one instance.
pub const TAGS_MAX: usize = 32;
/// The most accounts that one image is shared with.
pub const SHARES_MAX: usize = 1024;
/// The most instances in one listing; the rest is left off, and the answer says so.
pub const LISTED_MAX: usize = 1000;
/// The most slots of one control plane.
pub const SLOTS_MAX: usize = 1024;
/// The most records kept (tasks, answers, instances, images); at it, changes are answered 503.
pub const RECORDS_MAX: usize = 1_000_000;
/// How long a guest is given to end by itself before it is killed.
pub const TERMINATE_GRACE: Duration = Duration::from_secs(2);
/// How long to wait for a killed process to be gone; then the task fails.
pub const KILL_TIME_MAX: Duration = Duration::from_secs(10);
/// The longest line that a beacon may answer, in bytes.
pub const BEACON_BYTES_MAX: u64 = 4096;
/// How long a connection may be silent; then it is closed.
pub const IDLE_TIME_MAX: Duration = Duration::from_secs(60);
/// How long a stop waits for open connections; then it goes on without them.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(5);
/// How long to wait for a directory that another control plane holds; then the start fails.
pub const LOCK_TIME_MAX: Duration = Duration::from_secs(1);
/// How long one look at a beacon may take.
pub const BEACON_TIME_MAX: Duration = Duration::from_secs(1);
/// How often a process is looked at while something is waited for.
pub const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How often a running guest's process and console are looked at.
pub const WATCH_INTERVAL: Duration = Duration::from_millis(100);
/// A guest's console log is emptied when it is longer, in bytes.
pub const CONSOLE_BYTES_MAX: u64 = 1024 * 1024;
/// The longest file that a guest may write, in bytes: the system refuses more.
pub const GUEST_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The journal is written anew when it is longer than this and than four times its content, in bytes.
pub const JOURNAL_COMPACT_BYTES: u64 = 16 * 1024 * 1024;

const _: () = assert!(REQUEST_TIME_MAX.as_secs() < IDLE_TIME_MAX.as_secs());
const _: () = assert!(UPLOADS_MAX < REQUESTS_MAX);
const _: () = assert!(REQUESTS_MAX < CONNECTIONS_MAX);
