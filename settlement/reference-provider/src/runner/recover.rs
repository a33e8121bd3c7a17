//! The beginning and the end of a control plane: taking up what an earlier one left, and ending guests.

use std::sync::PoisonError;

use super::Runner;
use crate::api::{InstanceState, TaskKind};
use crate::decide::progress::{self, Ended};
use crate::error::ApiError;
use crate::store::{InstanceRecord, State, TaskRecord};

impl Runner {
    /// Adopts the guests that still run, records those that ended meanwhile, and goes on with every
    /// task that was under way.
    pub(crate) async fn recover(&self) {
        for instance in self.read(with_process) {
            let Some(mark) = instance.process.clone() else {
                continue;
            };
            if mark.is_alive() {
                tracing::info!(
                    instance_id = instance.instance_id,
                    pid = mark.pid,
                    "adopted a running guest"
                );
                self.watch(&instance, mark, None);
            } else if !self.read(|state| is_being_started(state, &instance)) {
                let detail = "its process ended while the control plane was down".to_owned();
                self.ended(
                    &instance.instance_id,
                    mark,
                    Ended {
                        state: InstanceState::Failed,
                        detail,
                    },
                )
                .await;
            }
        }
        for task_id in self.read(unfinished_tasks) {
            tracing::info!(%task_id, "taking up a task that was under way");
            self.run(task_id);
        }
    }

    /// Stops carrying out tasks and watching; what is under way is taken up at the next start.
    pub(crate) async fn halt(&self) {
        let mut under_way = std::mem::take(
            &mut *self
                .0
                .under_way
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        under_way.shutdown().await;
    }

    /// As [`Runner::halt`], without waiting.
    pub(crate) fn abort(&self) {
        self.0
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    /// Ends every guest; to be called after [`Runner::halt`].
    pub(crate) async fn end_guests(&self) -> Result<(), ApiError> {
        let mut ending = tokio::task::JoinSet::new();
        for instance in self.read(with_process) {
            let runner = self.clone();
            ending.spawn(async move { runner.end_guest(&instance).await });
        }
        let mut result = Ok(());
        while let Some(joined) = ending.join_next().await {
            result =
                result.and(joined.unwrap_or_else(|_| {
                    Err(crate::store::internal("ending a guest was interrupted"))
                }));
        }
        result
    }

    async fn end_guest(&self, instance: &InstanceRecord) -> Result<(), ApiError> {
        self.0.driver.kill(&self.seat(instance)?).await?;
        let Some(mark) = instance.process.clone() else {
            return Ok(());
        };
        let detail = "ended with the control plane".to_owned();
        let ended = Ended {
            state: InstanceState::Stopped,
            detail,
        };
        let instance_id = instance.instance_id.clone();
        self.0
            .store
            .change(move |state| progress::exited(state, &instance_id, &mark, ended))
            .await
            .map(|_| ())
    }
}

fn with_process(state: &State) -> Vec<InstanceRecord> {
    state
        .instances
        .values()
        .filter(|instance| instance.process.is_some())
        .cloned()
        .collect()
}

fn unfinished_tasks(state: &State) -> Vec<String> {
    state
        .tasks
        .values()
        .filter(|task| !task.is_over())
        .map(|task| task.task_id.clone())
        .collect()
}

fn is_being_started(state: &State, instance: &InstanceRecord) -> bool {
    let slot = state.slots.get(&instance.slot_id);
    let task: Option<&TaskRecord> = slot.and_then(|slot| state.task_of(slot));
    task.is_some_and(|task| matches!(task.kind, TaskKind::Start | TaskKind::Launch))
}
