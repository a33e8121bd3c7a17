//! Messages from beyond a gap, kept within a byte limit until their turn comes.

use std::collections::BTreeMap;

use bytes::Bytes;

/// What one kept message costs besides its bytes: its place in the map, about.
const OVERHEAD_BYTES: usize = 64;

#[derive(Debug)]
pub(crate) struct Held {
    messages: BTreeMap<u64, Bytes>,
    size_bytes: usize,
    limit_bytes: usize,
    /// The one that was taken out last: its SendingTime(52) was checked when it came.
    taken: Option<u64>,
}

impl Held {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self {
            messages: BTreeMap::new(),
            size_bytes: 0,
            limit_bytes,
            taken: None,
        }
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Keeps `message`, unless there is no room or one with its number is here already.
    pub(crate) fn keep(&mut self, msg_seq_num: u64, message: &[u8]) {
        let size = message.len() + OVERHEAD_BYTES;
        if self.size_bytes + size > self.limit_bytes || self.messages.contains_key(&msg_seq_num) {
            return;
        }
        self.messages
            .insert(msg_seq_num, Bytes::copy_from_slice(message));
        self.size_bytes += size;
    }

    /// Takes out the message numbered `next_incoming`, and forgets those before it.
    pub(crate) fn take(&mut self, next_incoming: u64) -> Option<Bytes> {
        while let Some(first) = self.messages.first_entry() {
            if *first.key() > next_incoming {
                return None;
            }
            let (msg_seq_num, message) = first.remove_entry();
            self.size_bytes -= message.len() + OVERHEAD_BYTES;
            if msg_seq_num == next_incoming {
                self.taken = Some(msg_seq_num);
                return Some(message);
            }
        }
        None
    }

    /// Whether `msg_seq_num` is the message that was taken out last; true once.
    pub(crate) fn was_taken(&mut self, msg_seq_num: u64) -> bool {
        self.taken.take_if(|taken| *taken == msg_seq_num).is_some()
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.size_bytes = 0;
        self.taken = None;
    }
}
