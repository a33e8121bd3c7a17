//! Many cases, one after the other: a case that shows something new is kept, and others are made from it. The first one
//! that breaks a promise is made as short as it goes, and printed.

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};

use super::case::{Case, PeerMessage, Step};
use super::mutate::{index, mutated};
use super::run::{Trace, run};
use super::{operators, orders, pair, seeds, text};
use crate::benchmarks::clock::{Clock, SECOND};
use crate::benchmarks::say::{Thousands, say};
use crate::random::Random;

/// Cases that are kept, at most; then a new one takes the place of another.
const KEPT_MAX: usize = 20_000;

/// Cases that are tried to make a finding shorter.
const SHORTER_TRIES: u32 = 4_000;

/// One in so many runs is a story of two sessions.
const PAIR_EVERY: u64 = 8;

/// How often the figures are printed, in seconds.
const REPORT_SECONDS: u64 = 300;

/// Feeds sessions what no peer should send, and checks what they do.
#[derive(Debug, clap::Parser)]
pub struct Arguments {
    /// How long, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Repeats a run, as far as the time goes. Otherwise each run is another.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs only the case in this file, as a finding was printed.
    #[arg(long, value_name = "FILE")]
    case: Option<PathBuf>,
    /// Runs only this story of two sessions, as a finding was named.
    #[arg(long, value_name = "SEED", conflicts_with = "case")]
    pair: Option<u64>,
}

/// What was done so far.
#[derive(Debug, Default)]
struct Figures {
    executions: u64,
    steps: u64,
    pairs: u64,
}

/// Runs cases until the time is over.
///
/// # Errors
/// When a promise was broken, after it was printed how; or a case cannot be read.
pub fn campaign(arguments: &Arguments) -> anyhow::Result<()> {
    if cfg!(panic = "abort") {
        bail!("this needs a build that unwinds: the dev profile, or `fuzz`");
    }
    quieten();
    if let Some(path) = &arguments.case {
        let case = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let case = text::read(&case)?;
        return attempt(|| drop(run(&case))).map_or(Ok(()), |why| bail!("{why}"));
    }
    if let Some(seed) = arguments.pair {
        return attempt(|| pair::run(seed)).map_or(Ok(()), |why| bail!("{why}"));
    }
    let clock = Clock::start();
    let seed = arguments
        .seed
        .unwrap_or_else(|| clock.time_of_day(clock.now()));
    say(format_args!("seed {seed}"));
    search(&clock, arguments.seconds * SECOND, Random::of_seed(seed))
}

fn search(clock: &Clock, time: u64, mut random: Random) -> anyhow::Result<()> {
    let mut corpus = Corpus::default();
    let mut figures = Figures::default();
    let cases = seeds::cases().into_iter().chain(orders::cases());
    for case in cases.chain(operators::cases()) {
        try_case(case, &mut corpus, &mut figures, &mut random)?;
    }
    let mut reported = 0;
    while clock.now() < time {
        figures.executions += 1;
        if figures.executions.is_multiple_of(PAIR_EVERY) {
            let seed = random.draw();
            figures.pairs += 1;
            if let Some(why) = attempt(|| pair::run(seed)) {
                bail!("{why}\nAgain: fuzz-session --pair {seed}");
            }
            continue;
        }
        let case = corpus.next(&mut random);
        try_case(case, &mut corpus, &mut figures, &mut random)?;
        if clock.now() / (REPORT_SECONDS * SECOND) > reported {
            reported = clock.now() / (REPORT_SECONDS * SECOND);
            report(clock, &figures, &corpus);
        }
    }
    report(clock, &figures, &corpus);
    Ok(())
}

fn try_case(
    case: Case,
    corpus: &mut Corpus,
    figures: &mut Figures,
    random: &mut Random,
) -> anyhow::Result<()> {
    figures.steps += u64::try_from(case.steps.len()).unwrap_or(0);
    let mut trace = Trace::default();
    if let Some(why) = attempt(|| trace = run(&case)) {
        let (case, why) = shortened(case, why);
        bail!(
            "{why}\n\n{}\nAgain: fuzz-session --case FILE, with these lines in it",
            text::write(&case)
        );
    }
    corpus.take(case, &trace, random);
    Ok(())
}

fn report(clock: &Clock, figures: &Figures, corpus: &Corpus) {
    let seconds = (clock.now() / SECOND).max(1);
    say(format_args!(
        "{} s: {} executions ({}/s, {} of them of two sessions), {} steps; seen {} kinds of events and {} that followed \
         on each other; {} cases kept",
        Thousands(seconds),
        Thousands(figures.executions),
        Thousands(figures.executions / seconds),
        Thousands(figures.pairs),
        Thousands(figures.steps),
        corpus.kinds.len(),
        corpus.pairs.len(),
        corpus.cases.len(),
    ));
}

/// The cases that showed something new, and what was seen so far.
#[derive(Default)]
struct Corpus {
    cases: Vec<Case>,
    kinds: HashSet<u64>,
    pairs: HashSet<u64>,
}

impl Corpus {
    /// A new case, made from those that are kept: the newer, the likelier.
    fn next(&self, random: &mut Random) -> Case {
        let first = index(random, self.cases.len());
        let place = first.max(index(random, self.cases.len()));
        mutated(&self.cases[place], &self.cases, random)
    }

    fn take(&mut self, case: Case, trace: &Trace, random: &mut Random) {
        let before = self.kinds.len() + self.pairs.len();
        self.kinds.extend(&trace.kinds);
        self.pairs.extend(&trace.pairs);
        let is_new = self.kinds.len() + self.pairs.len() > before;
        if !is_new {
            return;
        }
        if self.cases.len() < KEPT_MAX {
            self.cases.push(case);
        } else {
            let place = index(random, KEPT_MAX);
            self.cases[place] = case;
        }
    }
}

/// The same finding in fewer words, as far as that can be had by leaving out steps and fields.
fn shortened(mut case: Case, mut why: String) -> (Case, String) {
    let mut tries = 0;
    let mut try_one = |shorter: Case, case: &mut Case| {
        tries += 1;
        let Some(found) = attempt(|| drop(run(&shorter))) else {
            return false;
        };
        why = found;
        *case = shorter;
        tries < SHORTER_TRIES
    };
    let mut place = case.steps.len();
    while place > 0 {
        place -= 1;
        let mut shorter = case.clone();
        shorter.steps.remove(place);
        try_one(shorter, &mut case);
    }
    for place in 0..case.steps.len() {
        let Some(message) = message_of(&mut case.steps[place]) else {
            continue;
        };
        let mut field = message.fields.len();
        while field > 0 {
            field -= 1;
            let mut shorter = case.clone();
            if let Some(message) = shorter.steps.get_mut(place).and_then(message_of) {
                message.fields.remove(field);
            }
            try_one(shorter, &mut case);
        }
    }
    (case, why)
}

fn message_of(step: &mut Step) -> Option<&mut PeerMessage> {
    if let Step::Message(message) | Step::Other(_, message) = step {
        return Some(message);
    }
    None
}

/// What the last panic said, and where.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Whether a panic is a finding: then it is printed once, when it is as short as it goes.
static ATTEMPTING: AtomicBool = AtomicBool::new(false);

fn quieten() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if ATTEMPTING.load(Ordering::Relaxed) {
            *SAID.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
        } else {
            loud(panic);
        }
    }));
}

/// Does something; why it panicked, if it did.
fn attempt(what: impl FnOnce()) -> Option<String> {
    ATTEMPTING.store(true, Ordering::Relaxed);
    let outcome = panic::catch_unwind(AssertUnwindSafe(what));
    ATTEMPTING.store(false, Ordering::Relaxed);
    let said = || SAID.lock().unwrap_or_else(PoisonError::into_inner).clone();
    outcome.is_err().then(said)
}
