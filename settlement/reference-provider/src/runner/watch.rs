//! Watches running guests: sees that a process ended, and keeps its console short.

use std::process::ExitStatus;

use tokio::process::Child;

use super::Runner;
use crate::api::InstanceState;
use crate::decide::progress::{self, Ended};
use crate::driver::console;
use crate::limits::WATCH_INTERVAL;
use crate::store::{InstanceRecord, ProcessMark};

impl Runner {
    /// Watches a process until it is gone: a child of ours, or one that an earlier control plane started.
    pub(super) fn watch(&self, instance: &InstanceRecord, mark: ProcessMark, child: Option<Child>) {
        let runner = self.clone();
        let instance_id = instance.instance_id.clone();
        let directory = self.0.slots.join(&instance.slot_id);
        self.spawn(async move {
            let ended = match child {
                Some(child) => watch_child(child, &directory).await,
                None => watch_adopted(&mark, &directory).await,
            };
            runner.ended(&instance_id, mark, ended).await;
        });
    }

    pub(super) async fn ended(&self, instance_id: &str, mark: ProcessMark, ended: Ended) {
        tracing::info!(%instance_id, pid = mark.pid, detail = ended.detail, "a guest's process ended");
        let name = instance_id.to_owned();
        let changed = self
            .0
            .store
            .change(move |state| progress::exited(state, &name, &mark, ended))
            .await;
        if let Err(error) = changed {
            tracing::error!(%instance_id, error = error.message, "the end of a guest could not be recorded");
        }
    }
}

async fn watch_child(mut child: Child, directory: &std::path::Path) -> Ended {
    loop {
        tokio::select! {
            status = child.wait() => {
                let tail = console::tail(directory);
                return match status {
                    Ok(status) => Ended { state: state_after(status), detail: format!("its process ended: {status}{tail}") },
                    Err(error) => Ended { state: InstanceState::Failed, detail: format!("its process is lost: {error}") },
                };
            }
            () = tokio::time::sleep(WATCH_INTERVAL) => console::trim(directory),
        }
    }
}

async fn watch_adopted(mark: &ProcessMark, directory: &std::path::Path) -> Ended {
    while mark.is_alive() {
        console::trim(directory);
        tokio::time::sleep(WATCH_INTERVAL).await;
    }
    let detail = format!("its process ended{}", console::tail(directory));
    Ended {
        state: InstanceState::Failed,
        detail,
    }
}

fn state_after(status: ExitStatus) -> InstanceState {
    if status.success() {
        InstanceState::Stopped
    } else {
        InstanceState::Failed
    }
}
