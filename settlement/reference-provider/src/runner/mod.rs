//! Carries out accepted tasks, one for each slot at a time, and watches running guests.
//!
//! Every step may be repeated: a task that was under way when the control plane died is run again
//! from its beginning and comes to the same end.

mod recover;
mod watch;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::api::{InstanceState, TaskKind};
use crate::blobs;
use crate::decide::progress::{self, Ended};
use crate::driver::{BeaconSeen, Driver, Seat};
use crate::error::{ApiError, ErrorCode};
use crate::limits::POLL_INTERVAL;
use crate::store::{InstanceRecord, State, Store, TaskRecord, internal};

/// Cheap to clone; all clones are the same runner.
#[derive(Debug, Clone)]
pub(crate) struct Runner(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    driver: Driver,
    images: PathBuf,
    slots: PathBuf,
    ready_timeout: Duration,
    /// Tasks and watches under way; at most two for each slot.
    under_way: Mutex<JoinSet<()>>,
}

impl Runner {
    pub(crate) fn new(
        store: Store,
        driver: Driver,
        images: PathBuf,
        slots: PathBuf,
        ready_timeout: Duration,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            driver,
            images,
            slots,
            ready_timeout,
            under_way: Mutex::new(JoinSet::new()),
        }))
    }

    /// Begins a task that is on disk.
    pub(crate) fn run(&self, task_id: String) {
        let runner = self.clone();
        self.spawn(async move {
            if let Err(error) = runner.carry_out(&task_id).await {
                // It stays on disk as it is, and is taken up at the next start.
                tracing::error!(%task_id, error = error.message, "a task could not be recorded");
            }
        });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut under_way = self
            .0
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while under_way.try_join_next().is_some() {}
        under_way.spawn(work);
    }

    async fn carry_out(&self, task_id: &str) -> Result<(), ApiError> {
        let Some(task) = self.read(|state| state.tasks.get(task_id).cloned()) else {
            return Err(internal("there is no such task"));
        };
        self.step(task_id, progress::begun).await?;
        match task.kind {
            TaskKind::Terminate => self.terminate(&task).await,
            TaskKind::Place => self.place(&task).await.map(|_| ()),
            TaskKind::Start => self.start(&task).await,
            TaskKind::Launch => {
                if self.place(&task).await? {
                    self.start(&task).await?;
                }
                Ok(())
            }
            // Done when it was accepted.
            TaskKind::Retire => Ok(()),
        }
    }

    async fn terminate(&self, task: &TaskRecord) -> Result<(), ApiError> {
        let seat = self.seat(&self.instance(task)?)?;
        match self.0.driver.end(&seat).await {
            Ok(()) => self.step(&task.task_id, progress::terminated).await,
            Err(error) => {
                self.fail(task, error, progress::not_terminated).await?;
                // Its watch left the end of the process to this task.
                if let Some(mark) = seat.instance.process.filter(|mark| !mark.is_alive()) {
                    let detail =
                        "it was ended, but its slot not wiped: terminate it again".to_owned();
                    let ended = Ended {
                        state: InstanceState::Failed,
                        detail,
                    };
                    self.ended(&seat.instance.instance_id, mark, ended).await;
                }
                Ok(())
            }
        }
    }

    /// Whether the image is in its slot now.
    async fn place(&self, task: &TaskRecord) -> Result<bool, ApiError> {
        let Some(plan) = &task.plan else {
            // A launch that was placed before the control plane died.
            return Ok(true);
        };
        let blob = blobs::path_of(&self.0.images, &plan.image_digest);
        match self.0.driver.prepare(&self.seat(plan)?, &blob).await {
            Ok(()) => self
                .step(&task.task_id, progress::placed)
                .await
                .map(|()| true),
            Err(error) => self
                .fail(task, error, progress::not_placed)
                .await
                .map(|()| false),
        }
    }

    async fn start(&self, task: &TaskRecord) -> Result<(), ApiError> {
        let instance = self.instance(task)?;
        let runs = instance
            .process
            .as_ref()
            .is_some_and(|mark| mark.is_alive());
        if !runs && let Err(error) = self.spawn_guest(task, &instance).await {
            return self.fail(task, error, progress::not_started).await;
        }
        match self.wait_until_ready(task).await {
            Ok(()) => self.step(&task.task_id, progress::ready).await,
            Err(error) => self.fail(task, error, progress::not_started).await,
        }
    }

    /// The process waits at its gate until it is on disk that it is this instance's. Should the
    /// control plane die before that, the gate falls and the process ends without running the image.
    async fn spawn_guest(
        &self,
        task: &TaskRecord,
        instance: &InstanceRecord,
    ) -> Result<(), ApiError> {
        let mut gated = self.0.driver.spawn(&self.seat(instance)?).await?;
        let mark = gated.mark().clone();
        let recorded = mark.clone();
        self.step(&task.task_id, move |state, task_id| {
            progress::has_process(state, task_id, recorded)
        })
        .await?;
        let opened = gated.open().await;
        self.watch(instance, mark, Some(gated.into_child()));
        opened
    }

    async fn wait_until_ready(&self, task: &TaskRecord) -> Result<(), ApiError> {
        let deadline = tokio::time::Instant::now() + self.0.ready_timeout;
        loop {
            let instance = self.instance(task)?;
            if instance.process.is_none() {
                return Err(progress::guest_failed(&instance));
            }
            let seen = self.0.driver.beacon(&instance).await;
            if seen == BeaconSeen::Right {
                return Ok(());
            }
            if tokio::time::Instant::now() >= deadline {
                let message = format!(
                    "instance {} runs, but {seen}: look at its console",
                    instance.instance_id
                );
                return Err(ApiError::new(ErrorCode::NotReady, message));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn instance(&self, task: &TaskRecord) -> Result<InstanceRecord, ApiError> {
        let instance = self.read(|state| {
            task.instance_id
                .as_ref()
                .and_then(|id| state.instances.get(id))
                .cloned()
        });
        instance.ok_or_else(|| internal("the task's instance is gone"))
    }

    fn seat(&self, instance: &InstanceRecord) -> Result<Seat, ApiError> {
        let slot = self.read(|state| state.slots.get(&instance.slot_id).cloned());
        let slot = slot.ok_or_else(|| internal("the instance's slot is gone"))?;
        let directory = self.0.slots.join(&slot.slot_id);
        Ok(Seat {
            slot,
            instance: instance.clone(),
            directory,
        })
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.0.store.read(look)
    }

    async fn step(
        &self,
        task_id: &str,
        decide: impl FnOnce(&State, &str) -> Result<crate::decide::Accepted<()>, ApiError>
        + Send
        + 'static,
    ) -> Result<(), ApiError> {
        let task_id = task_id.to_owned();
        self.0
            .store
            .change(move |state| decide(state, &task_id))
            .await
            .map(|_| ())
    }

    async fn fail(
        &self,
        task: &TaskRecord,
        error: ApiError,
        decide: fn(&State, &str, &ApiError) -> Result<crate::decide::Accepted<()>, ApiError>,
    ) -> Result<(), ApiError> {
        tracing::warn!(
            task_id = task.task_id,
            slot = task.slot_id,
            error = error.message,
            "a task failed"
        );
        self.step(&task.task_id, move |state, task_id| {
            decide(state, task_id, &error)
        })
        .await
    }
}
