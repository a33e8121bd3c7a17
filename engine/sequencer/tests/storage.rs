//! A disk that is slow holds up what is said, and not only after the fact; one that is nearly full takes no new orders,
//! says so, and takes them again when there is room.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use market::{Flow, day_end, end_day, memory, read_all, set_up, start, wait};
use sequencer::{ArchiveError, EventPosition, Options, Storage, TrySubmitError, verify};

/// A disk that says when it is asked to take something, and does so when it is told to.
#[derive(Debug)]
struct SlowDisk {
    asked: Mutex<Sender<()>>,
    go: Mutex<Receiver<()>>,
}

impl Storage for SlowDisk {
    fn sync(&self, file: &File) -> io::Result<()> {
        self.asked.lock().unwrap().send(()).ok();
        self.go.lock().unwrap().recv().ok();
        file.sync_data()
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}

#[test]
fn nothing_is_published_before_a_slow_disk_has_taken_it_and_the_queue_stays_bounded() {
    const QUEUE: usize = 32;
    let directory = memory();
    let ((asked, is_asked), (go, goes)) = (channel(), channel());
    let disk = SlowDisk {
        asked: Mutex::new(asked),
        go: Mutex::new(goes),
    };
    let options = Options {
        queue_limit: QUEUE,
        batch_limit: 4,
        storage: Arc::new(disk),
        ..Options::new(directory.path())
    };
    let opened = start(&options);
    let mut flow = Flow::new(1);
    let mut sent = market::set_up_commands();
    opened.commands.submit_blocking(set_up()).unwrap();
    for _ in 0..5 {
        // While the disk is busy, as many commands are taken as the queue holds, and no event is seen.
        is_asked.recv().unwrap();
        let before = opened.events.end();
        let mut taken = 0;
        let full = loop {
            match opened.commands.try_submit(flow.clone().take(1)) {
                Ok(()) => drop(flow.take(1)),
                Err(error) => break error,
            }
            taken += 1;
        };
        assert!(matches!(full, TrySubmitError::Full(_)), "{full}");
        assert!(taken <= QUEUE);
        sent += u64::try_from(taken).unwrap();
        assert_eq!(opened.events.end(), before);
        go.send(()).unwrap();
    }
    // The disk is quick from now on.
    drop(go);
    let mut reader = opened.events.reader(EventPosition::START);
    while market::last_cause(&wait(reader.next()).unwrap()) < sent {}
    opened.running.stop().unwrap();
    assert_eq!(
        verify(directory.path()).unwrap().next_command.get(),
        sent + 1
    );
}

/// A disk with as much room as it is told, which says when it is looked at.
#[derive(Debug)]
struct SmallDisk {
    free: AtomicU64,
    looked: Mutex<Sender<()>>,
}

impl Storage for SmallDisk {
    fn sync(&self, _: &File) -> io::Result<()> {
        Ok(())
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        self.looked.lock().unwrap().send(()).ok();
        match self.free.load(Ordering::Relaxed) {
            0 => Err(io::Error::other("nobody knows")),
            free => Ok(free),
        }
    }
}

#[test]
fn orders_are_taken_while_there_is_more_room_than_the_reserve() {
    let directory = memory();
    let (looked, looks) = channel();
    let disk = Arc::new(SmallDisk {
        free: AtomicU64::new(1_000),
        looked: Mutex::new(looked),
    });
    let options = Options {
        reserve_bytes: 1_000,
        storage: disk.clone(),
        ..Options::new(directory.path())
    };
    let opened = start(&options);
    assert!(opened.commands.takes_orders());
    // Zero stands for a disk that cannot be asked: that changes nothing.
    for (free, taken) in [
        (999, false),
        (0, false),
        (1_001, true),
        (0, true),
        (1, false),
        (1_000, true),
    ] {
        disk.free.store(free, Ordering::Relaxed);
        while looks.try_recv().is_ok() {}
        // One look may have begun before; when the second after it begins, one has ended that saw the new value.
        for _ in 0..3 {
            looks.recv().unwrap();
        }
        assert_eq!(opened.commands.takes_orders(), taken, "with {free} bytes");
        // What comes all the same is carried out: cancels, and what settles trades.
        opened.commands.submit_blocking(vec![day_end()]).unwrap();
    }
    opened.running.stop().unwrap();
    assert_eq!(verify(directory.path()).unwrap().next_command.get(), 1 + 6);
}

#[test]
fn a_snapshot_never_takes_the_reserve() {
    let directory = memory();
    let (looked, _looks) = channel();
    let disk = Arc::new(SmallDisk {
        free: AtomicU64::new(999),
        looked: Mutex::new(looked),
    });
    let options = Options {
        reserve_bytes: 1_000,
        storage: disk.clone(),
        ..Options::new(directory.path())
    };
    let mut opened = start(&options);
    opened.commands.submit_blocking(set_up()).unwrap();
    opened.commands.submit_blocking(vec![day_end()]).unwrap();
    let failed = opened.archive.wait_for(|status| status.failed > 0);
    let failure = wait(failed).unwrap().failure.clone().unwrap();
    assert!(matches!(*failure, ArchiveError::NoRoom { .. }), "{failure}");
    disk.free.store(1 << 30, Ordering::Relaxed);
    opened.commands.submit_blocking(vec![day_end()]).unwrap();
    let made = opened.archive.wait_for(|status| status.made > 0);
    assert_eq!(wait(made).unwrap().failed, 1);
    end_day(&mut opened, Flow::new(1).take(3));
    let events = read_all(&opened, 0);
    opened.running.stop().unwrap();
    let report = verify(directory.path()).unwrap();
    assert_eq!((report.snapshots, report.days), (2, 3));
    assert_eq!(
        report.next_event.get(),
        u64::try_from(events.len()).unwrap()
    );
}
