//! Any life of a venue, of commands, stops and crashes, gives what an engine gives that was simply
//! handed the same commands.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::collections::BTreeMap;

use engine::{CommandNumber, Engine, Event, Input, Sequenced};
use market::{
    Flow, contents, cut, day_end, end_day, last_file, memory, read_all, set_up, size, snapshots,
    start, wait,
};
use proptest::prelude::*;
use sequencer::{Options, verify};

/// One thing in the life of a venue.
#[derive(Debug, Clone)]
enum Step {
    /// So many commands, submitted together.
    Submit(usize),
    /// A stop and a start.
    Restart,
    /// The end of a trading day, and the snapshot that is made then.
    EndDay,
    /// A crash in the middle of writing so many commands, of which a part of the bytes arrived.
    CrashInJournal { commands: usize, part: u64 },
    /// A crash before the events of the latest commands were on disk, but for a part.
    CrashInEvents { lost: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..30_usize).prop_map(Step::Submit),
        1 => Just(Step::Restart),
        1 => Just(Step::EndDay),
        2 => (1..10_usize, 0..1000_u64)
            .prop_map(|(commands, part)| Step::CrashInJournal { commands, part }),
        1 => (0..2_000_u64).prop_map(|lost| Step::CrashInEvents { lost }),
    ]
}

/// A venue and the commands that it must remember.
struct Life {
    options: Options,
    flow: Flow,
    remembered: Vec<Input>,
}

impl Life {
    fn submit(&mut self, commands: Vec<Input>) {
        let opened = start(&self.options);
        let mut reader = opened.events.reader(opened.events.end());
        opened.commands.submit_blocking(commands.clone()).unwrap();
        wait(reader.next()).unwrap();
        opened.running.stop().unwrap();
        self.remembered.extend(commands);
    }

    fn live(&mut self, step: &Step) {
        let directory = self.options.directory.clone();
        match step {
            Step::Submit(count) => {
                let commands = self.flow.take(*count);
                self.submit(commands);
            }
            Step::Restart => start(&self.options).running.stop().unwrap(),
            Step::EndDay => {
                let mut opened = start(&self.options);
                let next = end_day(&mut opened, Vec::new());
                opened.running.stop().unwrap();
                self.remembered.push(day_end());
                assert_eq!(next, 1 + u64::try_from(self.remembered.len()).unwrap());
            }
            Step::CrashInJournal { commands, part } => {
                // What an earlier crash left is put right first, so that the sizes are true.
                start(&self.options).running.stop().unwrap();
                let journal = last_file(&directory, "journal");
                let events = last_file(&directory, "events");
                let (journal_size, events_size) = (size(&journal), size(&events));
                let remembered = self.remembered.len();
                let taken = self.flow.clone().take(*commands);
                self.submit(taken);
                // If the batch began a new segment, that file was empty before.
                let rolled = last_file(&directory, "journal") != journal;
                let (from, events_from) = if rolled {
                    (0, 0)
                } else {
                    (journal_size, events_size)
                };
                // A snapshot of what is torn now would not have been made: both logs were not synced yet.
                for snapshot in snapshots(&directory) {
                    let stem = snapshot.file_stem().unwrap().to_str().unwrap();
                    if stem.parse::<usize>().unwrap() > remembered + 1 {
                        std::fs::remove_file(snapshot).unwrap();
                    }
                }
                let journal = last_file(&directory, "journal");
                let torn = from + (size(&journal) - from) * part / 1000;
                cut(&journal, torn);
                cut(&last_file(&directory, "events"), events_from);
                self.remembered.truncate(remembered);
            }
            Step::CrashInEvents { lost } => {
                let events = last_file(&directory, "events");
                cut(&events, size(&events).saturating_sub(*lost));
            }
        }
    }
}

/// The events of an engine that is handed the commands, at the times that the venue gave them.
fn expected(commands: &[Input], events: &[Event]) -> Vec<Event> {
    let times: BTreeMap<_, _> = events
        .iter()
        .map(|event| (event.cause, event.time))
        .collect();
    let mut engine = Engine::new();
    let mut expected = Vec::new();
    for (number, input) in (1..).map(CommandNumber::new).zip(commands) {
        let sequenced = Sequenced {
            number,
            time: times[&number],
            input: input.clone(),
        };
        engine.apply(&sequenced, &mut expected);
    }
    expected
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_life_gives_the_events_of_its_commands(
        seed: u64,
        segment_bytes in 500..20_000_u64,
        steps in prop::collection::vec(step(), 1..20),
    ) {
        let directory = memory();
        let options = Options {
            segment_bytes,
            batch_limit: 30,
            snapshot_commands: 40,
            ..Options::new(directory.path())
        };
        let mut life = Life { options, flow: Flow::new(seed), remembered: Vec::new() };
        life.submit(set_up());
        for step in &steps {
            life.live(step);
        }
        let opened = start(&life.options);
        let commands = u64::try_from(life.remembered.len()).unwrap();
        prop_assert_eq!(opened.recovery.next_command.get(), commands + 1);
        let events = read_all(&opened, 0);
        opened.running.stop().unwrap();
        prop_assert_eq!(&events, &expected(&life.remembered, &events));

        // Both logs are good, and the event log is what the journal gives, in the same files.
        verify(directory.path()).unwrap();
        let before = contents(directory.path());
        std::fs::remove_dir_all(directory.path().join("events")).unwrap();
        start(&life.options).running.stop().unwrap();
        prop_assert_eq!(contents(directory.path()), before);
    }
}
