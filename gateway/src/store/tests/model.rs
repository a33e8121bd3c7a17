//! The store against a model in memory, over random lives with clean stops, kills and power losses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;

use proptest::prelude::*;
use tempfile::TempDir;

use super::super::{Stop, Store};
use super::{append, contents, killed, log_path, open, read};

#[derive(Debug, Clone)]
enum Step {
    Append {
        messages: u64,
        skip: u64,
        events: u64,
    },
    NoteIncoming(u64),
    NoteHandled(u64),
    Read {
        begin: u64,
        length: u64,
        messages_max: usize,
    },
    Reset,
    Close,
    Kill,
    /// The log loses up to this many bytes of what was never synced.
    PowerLoss(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..6_u64, 0..2_u64, 0..3_u64).prop_map(|(messages, skip, events)| Step::Append { messages, skip, events }),
        1 => (1..400_u64).prop_map(|messages| Step::Append { messages, skip: 0, events: 1 }),
        1 => (0..5_u64).prop_map(Step::NoteIncoming),
        1 => (0..5_u64).prop_map(Step::NoteHandled),
        2 => (1..900_u64, 0..900_u64, 1..50_usize).prop_map(|(begin, length, messages_max)| Step::Read { begin, length, messages_max }),
        1 => Just(Step::Reset),
        1 => Just(Step::Close),
        1 => Just(Step::Kill),
        1 => (0..3_000_u64).prop_map(Step::PowerLoss),
    ]
}

struct Model {
    directory: TempDir,
    store: Option<Store>,
    sent: BTreeMap<u64, u64>,
    used: BTreeSet<(u32, u64)>,
    synced_length: u64,
    event: u64,
    incoming: u64,
}

impl Model {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).0;
        let synced_length = store.log.length();
        Self {
            directory,
            store: Some(store),
            sent: BTreeMap::new(),
            used: BTreeSet::new(),
            synced_length,
            event: 0,
            incoming: 1,
        }
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().expect("open between steps")
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Append {
                messages,
                skip,
                events,
            } => self.append(*messages, *skip, *events),
            Step::NoteIncoming(more) => {
                self.incoming += more;
                let incoming = self.incoming;
                self.store().set_next_incoming(incoming);
            }
            Step::NoteHandled(more) => {
                self.event += more;
                let event = self.event;
                self.store().set_handled(event);
            }
            Step::Read {
                begin,
                length,
                messages_max,
            } => {
                let end = begin + length;
                let expected: BTreeMap<_, _> = self
                    .sent
                    .range(begin..=&end)
                    .map(|(n, c)| (*n, *c))
                    .collect();
                assert_eq!(
                    read(self.store(), *begin, end, *messages_max).unwrap(),
                    expected
                );
            }
            Step::Reset => {
                let epoch = self.store().epoch() + 1;
                self.store().reset(epoch).unwrap();
                self.sent.clear();
                self.incoming = 1;
                self.synced_length = self.store().log.length();
            }
            Step::Close => self.close(),
            Step::Kill => self.crash(None),
            Step::PowerLoss(bytes) => self.crash(Some(*bytes)),
        }
    }

    fn append(&mut self, messages: u64, skip: u64, events: u64) {
        self.event += events;
        let cause = if events == 0 { 0 } else { self.event };
        let first = self.store().next_outgoing() + skip;
        let batch: Vec<_> = (first..first + messages)
            .map(|number| (number, cause))
            .collect();
        let epoch = self.store().epoch();
        for (number, _) in &batch {
            assert!(
                self.used.insert((epoch, *number)),
                "number {number} used twice"
            );
        }
        append(self.store(), &batch);
        self.sent.extend(batch);
    }

    fn close(&mut self) {
        let store = self.store.take().expect("open between steps");
        let next_outgoing = store.next_outgoing();
        store.close().unwrap();
        let (store, recovered) = open(self.directory.path());
        assert_eq!(
            (recovered.stop, recovered.handled, recovered.cut),
            (Stop::Clean, self.event, None)
        );
        assert_eq!(
            (store.next_outgoing(), store.next_incoming()),
            (next_outgoing, self.incoming)
        );
        assert_eq!(contents(&store), self.sent);
        self.synced_length = store.log.length();
        self.store = Some(store);
    }

    fn crash(&mut self, lost: Option<u64>) {
        let store = self.store.take().expect("open between steps");
        let length = store.log.length();
        let path = log_path(self.directory.path(), store.epoch());
        let directory = killed(self.directory.path());
        let left = length
            .saturating_sub(lost.unwrap_or(0))
            .max(self.synced_length);
        let log = log_path(directory.path(), store.epoch());
        OpenOptions::new()
            .write(true)
            .open(log)
            .unwrap()
            .set_len(left)
            .unwrap();
        drop((store, path));
        let (store, recovered) = open(directory.path());
        let survived = contents(&store);
        assert!(
            survived
                .iter()
                .all(|(number, cause)| self.sent.get(number) == Some(cause))
        );
        assert!(
            survived.len() == self.sent.len() || left < length,
            "a kill alone loses nothing"
        );
        let lost_cause = self
            .sent
            .iter()
            .filter(|(n, c)| !survived.contains_key(n) && **c != 0)
            .map(|(_, c)| *c)
            .min();
        assert!(
            lost_cause.is_none_or(|cause| recovered.handled < cause),
            "a lost report would not be made again"
        );
        assert!(recovered.handled <= self.event && store.next_incoming() <= self.incoming);
        self.event = recovered.handled;
        self.incoming = store.next_incoming();
        self.sent = survived;
        self.synced_length = store.log.length();
        self.directory = directory;
        self.store = Some(store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_life_matches_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let mut model = Model::new();
        for step in &steps {
            model.run(step);
        }
        let sent = model.sent.clone();
        assert_eq!(contents(model.store()), sent);
    }
}
