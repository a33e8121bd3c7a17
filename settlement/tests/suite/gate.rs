//! A provider in front of another one that holds one kind of call up until it is let through.

use std::sync::Arc;

use engine::{AccountName, ImageName, SlotName};
use settlement::provider::{
    Accepted, Answer, Capabilities, ImageView, InstanceView, Order, Placement, Provider, SlotView,
    TaskView,
};
use tokio::sync::{Notify, Semaphore};

use crate::cloud::Cloud;

/// Clones are the same gate.
#[derive(Clone)]
pub(crate) struct Gate {
    cloud: Cloud,
    call: &'static str,
    reached: Arc<Notify>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// Holds calls of this name up; the others pass.
    pub(crate) fn before(cloud: &Cloud, call: &'static str) -> Self {
        Self {
            cloud: cloud.clone(),
            call,
            reached: Arc::default(),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    /// Waits until a call is held up.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets all pass from now on.
    pub(crate) fn open(&self) {
        self.open.close();
    }

    async fn pass(&self, call: &'static str) {
        if call == self.call && !self.open.is_closed() {
            self.reached.notify_one();
            // It only ever closes, and then lets all through.
            drop(self.open.acquire().await);
        }
    }
}

/// The call, when it may pass.
macro_rules! held {
    ($gate:ident, $call:ident $(, $argument:expr)*) => {
        Box::pin(async move {
            $gate.pass(stringify!($call)).await;
            $gate.cloud.$call($($argument),*).await
        })
    };
}

impl Provider for Gate {
    fn capabilities(&self) -> Capabilities {
        self.cloud.capabilities()
    }

    fn observe<'a>(&'a self, slot: &'a SlotName) -> Answer<'a, SlotView> {
        held!(self, observe, slot)
    }

    fn task<'a>(&'a self, task: &'a str) -> Answer<'a, TaskView> {
        held!(self, task, task)
    }

    fn image<'a>(
        &'a self,
        image: &'a ImageName,
        account: &'a AccountName,
    ) -> Answer<'a, ImageView> {
        held!(self, image, image, account)
    }

    fn fence<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        held!(self, fence, order)
    }

    fn release<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        held!(self, release, order)
    }

    fn terminate<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        held!(self, terminate, order)
    }

    fn place<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        held!(self, place, order, placement)
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        held!(self, start, order)
    }

    fn retire<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        held!(self, retire, order)
    }

    fn tagged<'a>(&'a self, reassignment: &'a str) -> Answer<'a, Vec<InstanceView>> {
        held!(self, tagged, reassignment)
    }

    fn custody(&self) -> Answer<'_, Vec<SlotView>> {
        held!(self, custody)
    }
}
