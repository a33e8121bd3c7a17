//! Drives one reassignment: learn, decide, write down, call, write down, and again. What to do is the
//! machine's decision; this file carries it out, and resumes from whatever the database holds.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{ProviderName, Timestamp};
use tokio::sync::{Notify, watch};

use crate::{
    machine::{Decision, Facts, Need, Pause, Stimulus, Then, need, step},
    options::{CrashPoint, Limits, Moment, WallClock},
    provider::{Accepted, Class, Order, Placement, Provider, ProviderError, SlotView},
    record::{Learnt, Record},
    state::{Action, State},
    store::{Store, StoreError, after},
    traffic::{Line, Traffic},
    view::{Expected, Occupant, Sight, Task, see},
};

/// Waits up to this long are waited by the worker itself; longer ones in the database.
const STAY_MAX: Duration = Duration::from_millis(500);
/// Turns of one reassignment before others get theirs.
const TURNS_MAX: u32 = 100;

/// A control plane and our account there.
pub(crate) struct Plane {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) custody_account: String,
}

/// What all workers share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) planes: BTreeMap<ProviderName, Plane>,
    pub(crate) limits: Limits,
    pub(crate) clock: WallClock,
    pub(crate) crash: Option<CrashPoint>,
    /// There may be commands in the outbox.
    pub(crate) commands: Notify,
    /// There may be reassignments to work on.
    pub(crate) work: Notify,
    /// Whether work is to be laid down, and the database no longer waited for.
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) traffic: Traffic,
}

/// How a turn ended.
enum Turn {
    Again(Record),
    Wait(Record, Duration),
    Done(Record),
}

impl Shared {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Has everybody who waits look again. For what may have been done without an answer, too: it gave no notice.
    pub(crate) fn wake(&self) {
        self.work.notify_one();
        self.commands.notify_one();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until settlement is to stop.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        drop(stopping.wait_for(|stopping| *stopping).await);
    }

    /// Works on one reassignment until it rests, waits long, or has had its share.
    pub(crate) async fn drive(&self, mut record: Record) -> Result<(), StoreError> {
        self.moment(&record, Moment::Taken).await;
        for _ in 0..TURNS_MAX {
            if self.is_stopping() {
                break;
            }
            let heard = self.store.heard(record).await?;
            record = heard.record;
            if self.asks_provider(&record) {
                if heard.provider_suspended {
                    break;
                }
                let (limits, now) = (&self.limits.breaker, self.now());
                if let Err(wait) = self.traffic.admit(&heard.line, limits, now) {
                    return self.stand_still(record, wait).await;
                }
            }
            record = match self.turn(record, &heard.line).await? {
                Turn::Again(record) => record,
                Turn::Wait(record, wait) if wait <= STAY_MAX => {
                    tokio::time::sleep(wait).await;
                    record
                }
                Turn::Wait(record, wait) => {
                    let now = self.now();
                    return self.store.lay_down(&record, after(now, wait), now).await;
                }
                Turn::Done(record) => {
                    let now = self.now();
                    return self.store.lay_down(&record, now, now).await;
                }
            };
        }
        let now = self.now();
        self.store.lay_down(&record, now, now).await
    }

    /// Whether the next step is a look at the provider.
    fn asks_provider(&self, record: &Record) -> bool {
        matches!(need(&self.facts(record)), Need::Image | Need::Slot)
    }

    /// Lays a reassignment down until its provider may be asked again. Its time does not run meanwhile.
    async fn stand_still(&self, mut record: Record, wait: Duration) -> Result<(), StoreError> {
        // Not all at once.
        let spread = self.limits.retry.wait(&record.terms.id.to_string(), 0);
        let (now, wait) = (self.now(), wait.saturating_add(spread));
        if !record.state.is_end() {
            record.entered_at = after(record.entered_at, wait);
        }
        self.store.lay_down(&record, after(now, wait), now).await
    }

    async fn turn(&self, record: Record, line: &Line) -> Result<Turn, StoreError> {
        let (stimulus, learnt) = match need(&self.facts(&record)) {
            Need::Nothing => return Ok(Turn::Done(record)),
            Need::Funds => {
                let enough = self.store.has_funds(&record).await?;
                (Stimulus::Funds { enough }, record.learnt.clone())
            }
            Need::Bust => (Stimulus::Busted, record.learnt.clone()),
            Need::Correction => {
                let enough = self.store.has_funds_corrected(&record).await?;
                (Stimulus::Corrected { enough }, record.learnt.clone())
            }
            Need::Image => self.look_at_image(&record, line).await,
            Need::Slot => self.look_at_slot(&record, line).await,
        };
        self.moment(&record, Moment::Observed).await;
        let mut decision = step(&self.facts(&record), &stimulus);
        if matches!(stimulus, Stimulus::Busted | Stimulus::Corrected { .. }) {
            decision.why.clone_from(&record.said.words);
        }
        let begun = self.now();
        let record = self.write(record, &decision, learnt).await?;
        match decision.then {
            Then::Call { action, .. } => self.call(record, action, begun, line).await,
            Then::Look => Ok(Turn::Again(record)),
            Then::Wait(pause) => Ok(self.wait(record, pause)),
            Then::Rest => Ok(Turn::Done(record)),
        }
    }

    fn facts(&self, record: &Record) -> Facts {
        let plane = self.planes.get(&record.terms.provider);
        let can = plane.map(|plane| plane.provider.capabilities());
        let fences = can.is_none_or(|can| can.fences);
        Facts {
            replaces: can.is_some_and(|can| can.replaces),
            ..record.facts(&self.limits, fences, self.now())
        }
    }

    /// Writes a decision, unless it changes nothing.
    async fn write(
        &self,
        record: Record,
        decision: &Decision,
        learnt: Learnt,
    ) -> Result<Record, StoreError> {
        let changes = decision.state != record.state
            || decision.cash.is_some()
            || decision.report.is_some()
            || decision.alarm
            || decision.reprice
            || decision.fence_held != record.fence_held
            || learnt != record.learnt
            || matches!(decision.then, Then::Call { .. });
        if !changes {
            return Ok(record);
        }
        let (now, lease) = (self.now(), self.limits.lease);
        let next = self
            .store
            .advance(&record, decision, learnt, lease, now)
            .await?;
        if next.state != record.state {
            tracing::info!(
                reassignment = %next.terms.id, slot = %next.terms.slot, from = record.state.name(),
                to = next.state.name(), why = decision.why, "reassignment moved",
            );
        }
        if decision.report.is_some() {
            self.commands.notify_one();
        }
        self.moment(&next, Moment::Written).await;
        Ok(next)
    }

    /// Makes the call whose intent was just written, from `begun` on, and writes its answer.
    async fn call(
        &self,
        mut record: Record,
        action: Action,
        begun: Timestamp,
        line: &Line,
    ) -> Result<Turn, StoreError> {
        let answer = if self.now() > after(begun, self.limits.answer_max()) {
            // The call could outlive the lease that its intent was written with.
            Err(ProviderError::new(
                Class::Transient,
                "not sent: writing it down took too long",
            ))
        } else {
            let answer = self.within(self.send(&record, action)).await;
            self.note(line, &answer);
            self.traffic.count(&line.provider, action, &answer);
            answer
        };
        self.moment(&record, Moment::Called).await;
        log_call(&record, action, &answer);
        match &answer {
            Ok(accepted) => {
                record.task.clone_from(&accepted.task);
                record.failures = 0;
            }
            // What an end has called is only counted, for its one alarm.
            Err(error) if error.class == Class::Throttled && !record.state.is_end() => {
                record.attempts = record.attempts.saturating_sub(1);
            }
            Err(_) => {}
        }
        let outcome = answer.map(|accepted| accepted.task);
        let (now, lease) = (self.now(), self.limits.lease);
        self.store.answered(&record, &outcome, lease, now).await?;
        let stimulus = Stimulus::Answer(action, outcome.map(|_| ()));
        let decision = step(&self.facts(&record), &stimulus);
        let learnt = record.learnt.clone();
        let record = self.write(record, &decision, learnt).await?;
        match decision.then {
            Then::Wait(pause) => Ok(self.wait(record, pause)),
            Then::Rest => Ok(Turn::Done(record)),
            // An answer never leads to another call: the slot is looked at first.
            Then::Look | Then::Call { .. } => Ok(Turn::Again(record)),
        }
    }

    /// What is asked of a provider, given up well before the lease ends: nobody knows then whether it has an effect.
    async fn within<T>(
        &self,
        asked: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let patience = self.limits.answer_max();
        match tokio::time::timeout(patience, asked).await {
            Ok(answer) => answer,
            Err(_) => {
                let what = format!("no answer within {patience:?}");
                Err(ProviderError::new(Class::Unknown, &what))
            }
        }
    }

    async fn send(&self, record: &Record, action: Action) -> Result<Accepted, ProviderError> {
        let provider = &self.plane(record)?.provider;
        let order = Order {
            reassignment: record.terms.id.to_string(),
            slot: record.terms.slot,
            generation: record.generation(),
            token: record.token(action),
            retire: record.terms.retire,
        };
        match (action, record.terms.image) {
            (Action::Fence, _) => provider.fence(&order).await,
            (Action::Release, _) => provider.release(&order).await,
            (Action::Terminate, _) => provider.terminate(&order).await,
            (Action::Start, _) => provider.start(&order).await,
            (Action::Retire, _) => provider.retire(&order).await,
            (Action::Place | Action::Replace, Some(image)) => {
                let placement = Placement {
                    image,
                    account: record.terms.buyer,
                };
                if action == Action::Replace {
                    provider.replace(&order, &placement).await
                } else {
                    provider.place(&order, &placement).await
                }
            }
            (Action::Place | Action::Replace, None) => {
                Err(ProviderError::new(Class::BadImage, "there is no image"))
            }
        }
    }

    fn wait(&self, mut record: Record, pause: Pause) -> Turn {
        let backoff = match pause {
            Pause::Poll => return Turn::Wait(record, self.limits.poll),
            Pause::Retry => self.limits.retry,
            Pause::Throttle => self.limits.throttle,
        };
        let repeat = record
            .failures
            .saturating_add(record.attempts.saturating_sub(1));
        let wait = backoff.wait(&record.terms.id.to_string(), repeat);
        let (provider, limits) = (&record.terms.provider, &self.limits.repeats);
        let wait = wait.max(self.traffic.repeat(provider, limits, self.now()));
        record.failures = record.failures.saturating_add(1);
        Turn::Wait(record, wait)
    }

    /// Takes note of how a request went; of a provider that is not configured nothing was asked.
    fn note<T>(&self, line: &Line, outcome: &Result<T, ProviderError>) {
        if self.planes.contains_key(&line.provider) {
            let (limits, now) = (&self.limits.breaker, self.now());
            self.traffic.note(line, outcome, limits, now);
        }
    }

    async fn look_at_image(&self, record: &Record, line: &Line) -> (Stimulus, Learnt) {
        let mut learnt = record.learnt.clone();
        let seen = match (self.plane(record), &record.terms.image) {
            (Ok(plane), Some(image)) => {
                let image = plane.provider.image(image, &record.terms.buyer);
                self.within(image).await
            }
            (Ok(_), None) => Err(ProviderError::new(Class::BadImage, "there is no image")),
            (Err(error), _) => Err(error),
        };
        self.note(line, &seen);
        match seen {
            Ok(image) => {
                if image.usable {
                    learnt.image_digest = Some(image.digest);
                }
                (
                    Stimulus::Image {
                        usable: image.usable,
                    },
                    learnt,
                )
            }
            Err(error) => (unseen(record, error), learnt),
        }
    }

    async fn look_at_slot(&self, record: &Record, line: &Line) -> (Stimulus, Learnt) {
        let seen = self.within(self.observe(record)).await;
        self.note(line, &seen);
        match seen {
            Ok((slot, sight)) => {
                let learnt = learn(record, slot.as_ref(), &sight);
                (Stimulus::Slot(sight), learnt)
            }
            Err(error) => (unseen(record, error), record.learnt.clone()),
        }
    }

    async fn observe(&self, record: &Record) -> Result<(Option<SlotView>, Sight), ProviderError> {
        let plane = self.plane(record)?;
        let id = record.terms.id.to_string();
        let task = match &record.task {
            Some(task) => match plane.provider.task(task).await {
                Ok(view) => view.into(),
                Err(error) if error.class == Class::Gone => Task::Unknown,
                Err(error) => return Err(error),
            },
            None => Task::Unknown,
        };
        let retiring = record.terms.retire && record.state == State::Vacant;
        let slot = match plane.provider.observe(&record.terms.slot).await {
            Ok(slot) => slot,
            // A slot that went back to the pool is no longer ours to see. If the answer that said so
            // was lost, the call is repeated: its token brings the same answer again.
            Err(error) if retiring && matches!(error.class, Class::Gone | Class::Denied) => {
                let occupant = if task == Task::Succeeded {
                    Occupant::Retired
                } else {
                    Occupant::Vacant
                };
                return Ok((None, out_of_sight(occupant, task)));
            }
            Err(error) => return Err(error),
        };
        let may_repeat = record.state == State::Placing && slot.instance.is_none();
        let tagged = if may_repeat || record.state == State::Running {
            plane.provider.tagged(&id).await?
        } else {
            Vec::new()
        };
        let sight = see(
            &expected(record, &id, &plane.custody_account),
            &slot,
            task,
            &tagged,
        );
        Ok((Some(slot), sight))
    }

    fn plane(&self, record: &Record) -> Result<&Plane, ProviderError> {
        self.planes.get(&record.terms.provider).ok_or_else(|| {
            ProviderError::new(
                Class::Transient,
                "no control plane is configured for the provider",
            )
        })
    }

    /// Stands still for ever where a test wants the process to have died.
    async fn moment(&self, record: &Record, moment: Moment) {
        if let Some(crash) = &self.crash
            && crash(&record.terms.id.to_string(), record.state, moment)
        {
            std::future::pending::<()>().await;
        }
    }
}

fn unseen(record: &Record, error: ProviderError) -> Stimulus {
    tracing::warn!(
        reassignment = %record.terms.id, slot = %record.terms.slot, state = record.state.name(),
        %error, "provider cannot be seen",
    );
    Stimulus::Unseen(error)
}

fn log_call(record: &Record, action: Action, answer: &Result<Accepted, ProviderError>) {
    let (id, slot) = (record.terms.id, record.terms.slot);
    match answer {
        Ok(accepted) => tracing::info!(
            reassignment = %id, %slot, action = action.name(), task = accepted.task, "provider accepted",
        ),
        Err(error) => tracing::warn!(
            reassignment = %id, %slot, action = action.name(), %error, "provider call failed",
        ),
    }
}

const fn out_of_sight(occupant: Occupant, task: Task) -> Sight {
    Sight {
        occupant,
        fenced_by_us: false,
        fenced_by_other: false,
        task,
        elsewhere: 0,
    }
}

fn expected<'a>(record: &'a Record, id: &'a str, custody_account: &'a str) -> Expected<'a> {
    Expected {
        reassignment: id,
        old_instance: record.terms.old_instance.as_str(),
        seller: record.terms.seller.as_str(),
        buyer: record.terms.buyer.as_str(),
        custody_account,
        generation: record.learnt.generation,
        placing: record.state == State::Placing,
        image_digest: record.learnt.image_digest.as_deref(),
    }
}

/// What a look at the slot adds to the record.
fn learn(record: &Record, slot: Option<&SlotView>, sight: &Sight) -> Learnt {
    let mut learnt = record.learnt.clone();
    let Some(slot) = slot else {
        return learnt;
    };
    if !matches!(
        sight.occupant,
        Occupant::Strange | Occupant::Past | Occupant::Retired
    ) {
        learnt.generation = Some(slot.generation.max(record.generation()));
    }
    match (sight.occupant, &slot.instance) {
        (Occupant::Old, Some(instance)) if !record.state.is_past_no_return() => {
            learnt.old_process = instance.process;
        }
        (Occupant::Ours { .. }, Some(instance)) if !record.state.is_end() => {
            learnt.new_instance = Some(instance.instance);
            learnt.new_process = instance.process.or(learnt.new_process);
            learnt.address = instance.address.clone().or(learnt.address);
        }
        _ => {}
    }
    learnt
}
