//! The store against a model in memory, over random lives with clean stops, kills and power losses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;

use proptest::prelude::*;
use tempfile::TempDir;

use super::super::{Limits, Stop, Store};
use super::{append, contents, killed, now, open_limited, read};

/// Small files, so that a life has many.
const LIMITS: Limits = Limits {
    segment_bytes: 1_500,
    bytes_max: 9_000,
    age_max: None,
};

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
    Upkeep,
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
        4 => Just(Step::Upkeep),
        1 => Just(Step::Close),
        1 => Just(Step::Kill),
        1 => (0..3_000_u64).prop_map(Step::PowerLoss),
    ]
}

struct Model {
    directory: TempDir,
    store: Option<Store>,
    sent: BTreeMap<u64, u64>,
    /// What retention has dropped of the reports of this epoch.
    gone: BTreeSet<u64>,
    used: BTreeSet<(u32, u64)>,
    synced_length: u64,
    event: u64,
    incoming: u64,
}

impl Model {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open_limited(directory.path(), LIMITS).0;
        let synced_length = store.log.active().length;
        Self {
            directory,
            store: Some(store),
            sent: BTreeMap::new(),
            gone: BTreeSet::new(),
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
                self.check_dropped(*begin, end);
            }
            Step::Reset => {
                let epoch = self.store().epoch() + 1;
                self.store().reset(epoch, now()).unwrap();
                self.sent.clear();
                self.gone.clear();
                self.incoming = 1;
                self.synced_length = self.store().log.active().length;
            }
            Step::Upkeep => self.upkeep(),
            Step::Close => self.close(),
            Step::Kill => self.crash(None),
            Step::PowerLoss(bytes) => self.crash(Some(*bytes)),
        }
    }

    fn upkeep(&mut self) {
        let before = self.store().log.active().head.segment;
        let retired = self.store().upkeep(now(), None).unwrap();
        if self.store().log.active().head.segment > before {
            self.synced_length = self.store().log.active().length;
        }
        if let Some(retired) = retired {
            let kept = self.sent.split_off(&retired.kept_from);
            let dropped = std::mem::replace(&mut self.sent, kept);
            let reports = dropped.iter().filter(|(_, cause)| **cause != 0);
            self.gone.extend(reports.map(|(number, _)| *number));
        }
    }

    /// No report that was dropped is passed over in silence, and none is said to be dropped that was not asked for.
    fn check_dropped(&mut self, begin: u64, end: u64) {
        let gone: Vec<u64> = self.gone.range(begin..=end).copied().collect();
        let told = self
            .store()
            .dropped(begin..=end)
            .map(|dropped| dropped.numbers);
        match (gone.first(), gone.last(), told) {
            (Some(first), Some(last), Some(told)) => {
                assert!(told.contains(first) && told.contains(last));
                assert!(begin <= *told.start() && *told.end() <= end);
            }
            (None, None, told) => assert!(
                told.is_none_or(|told| self.gone.range(told.end()..).next().is_some()
                    && self.gone.range(..told.start()).next().is_some()),
                "nothing was dropped there"
            ),
            other => panic!("dropped in silence: {other:?}"),
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
        let (store, recovered) = open_limited(self.directory.path(), LIMITS);
        assert_eq!(
            (recovered.stop, recovered.handled, recovered.cut),
            (Stop::Clean, self.event, None)
        );
        assert_eq!(
            (store.next_outgoing(), store.next_incoming()),
            (next_outgoing, self.incoming)
        );
        assert_eq!(contents(&store), self.sent);
        self.synced_length = store.log.active().length;
        self.store = Some(store);
    }

    fn crash(&mut self, lost: Option<u64>) {
        let store = self.store.take().expect("open between steps");
        let length = store.log.active().length;
        let active = store.log.active().path.clone();
        let directory = killed(self.directory.path());
        let left = length
            .saturating_sub(lost.unwrap_or(0))
            .max(self.synced_length);
        let log = directory.path().join(active.file_name().unwrap());
        OpenOptions::new()
            .write(true)
            .open(log)
            .unwrap()
            .set_len(left)
            .unwrap();
        drop(store);
        let (store, recovered) = open_limited(directory.path(), LIMITS);
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
        self.synced_length = store.log.active().length;
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
        model.check_dropped(1, u64::MAX);
    }
}
