//! The control plane that the reference provider speaks, over HTTP and JSON.

mod wire;

use engine::{AccountName, ImageName, SlotName};
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use self::wire::{
    ErrorBody, FenceBody, ImageBody, InstanceList, PlaceBody, SlotBody, SlotList, SlotOrder,
    TaskBody,
};
use super::http::{Call, EndpointError, Http, HttpLimits, Reply};
use crate::{
    provider::{
        Accepted, Answer, Capabilities, Class, ImageView, InstanceView, Order, Placement, Provider,
        ProviderError, REASSIGNMENT_TAG, SlotView, TaskView,
    },
    secret::Secret,
};

/// A provider that speaks the reference API.
pub struct ReferenceProvider {
    http: Http,
    token: Secret,
    custody_account: String,
}

impl ReferenceProvider {
    /// A provider at `endpoint`, where `token` stands for `custody_account`.
    ///
    /// # Errors
    /// [`EndpointError`] when the endpoint is no URL, or is neither https nor on this machine.
    pub fn new(
        endpoint: &str,
        custody_account: &str,
        token: Secret,
        limits: HttpLimits,
    ) -> Result<Self, EndpointError> {
        let http = Http::new(endpoint, Some("v1"), limits)?;
        let custody_account = custody_account.to_owned();
        Ok(Self {
            http,
            token,
            custody_account,
        })
    }

    async fn read<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, ProviderError> {
        let call = Call::get(path, query).with_secret("authorization", "Bearer ", &self.token)?;
        let reply = self.http.send(call).await?;
        accepted(&reply)?;
        reply.json()
    }

    async fn change<B: Serialize + Sync>(
        &self,
        method: Method,
        path: &[&str],
        key: &str,
        body: &B,
    ) -> Result<Reply, ProviderError> {
        let call = Call::change(method, path, body)?
            .with("idempotency-key", key)?
            .with_secret("authorization", "Bearer ", &self.token)?;
        let reply = self.http.send(call).await?;
        accepted(&reply)?;
        Ok(reply)
    }

    async fn order<B: Serialize + Sync>(
        &self,
        order: &Order,
        verb: &str,
        body: &B,
    ) -> Result<Accepted, ProviderError> {
        let path = ["slots", order.slot.as_str(), verb];
        let reply = self.change(Method::POST, &path, &order.token, body).await?;
        let task: TaskBody = reply.json()?;
        Ok(Accepted {
            task: Some(task.task_id),
        })
    }
}

impl Provider for ReferenceProvider {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            fences: true,
            tokens: true,
            replaces: false,
        }
    }

    fn observe<'a>(&'a self, slot: &'a SlotName) -> Answer<'a, SlotView> {
        Box::pin(async move {
            self.read::<SlotBody>(&["slots", slot.as_str()], &[])
                .await?
                .view()
        })
    }

    fn task<'a>(&'a self, task: &'a str) -> Answer<'a, TaskView> {
        Box::pin(async move { Ok(self.read::<TaskBody>(&["tasks", task], &[]).await?.view()) })
    }

    fn image<'a>(
        &'a self,
        image: &'a ImageName,
        account: &'a AccountName,
    ) -> Answer<'a, ImageView> {
        Box::pin(async move {
            let body: ImageBody = self.read(&["images", image.as_str()], &[]).await?;
            Ok(body.view(account.as_str()))
        })
    }

    fn fence<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let path = ["slots", order.slot.as_str(), "fence"];
            let body = FenceBody::set(&order.reassignment);
            self.change(Method::PUT, &path, &order.token, &body).await?;
            Ok(Accepted::default())
        })
    }

    fn release<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let path = ["slots", order.slot.as_str(), "fence"];
            let body = FenceBody::lift(&order.reassignment);
            self.change(Method::DELETE, &path, &order.token, &body)
                .await?;
            Ok(Accepted::default())
        })
    }

    fn terminate<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            self.order(order, "terminate", &SlotOrder::from(order))
                .await
        })
    }

    fn place<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        Box::pin(async move {
            self.order(order, "place", &PlaceBody::new(order, placement))
                .await
        })
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move { self.order(order, "start", &SlotOrder::from(order)).await })
    }

    fn retire<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move { self.order(order, "retire", &SlotOrder::from(order)).await })
    }

    fn tagged<'a>(&'a self, reassignment: &'a str) -> Answer<'a, Vec<InstanceView>> {
        Box::pin(async move {
            let tag = format!("{REASSIGNMENT_TAG}:{reassignment}");
            let list: InstanceList = self.read(&["instances"], &[("tag", &tag)]).await?;
            list.instances
                .into_iter()
                .map(wire::InstanceBody::view)
                .collect()
        })
    }

    fn custody(&self) -> Answer<'_, Vec<SlotView>> {
        Box::pin(async move {
            let query = [("custody", self.custody_account.as_str())];
            let list: SlotList = self.read(&["slots"], &query).await?;
            list.slots.into_iter().map(SlotBody::view).collect()
        })
    }
}

/// Refusals by their code; a status without a code that we know says only whether to ask again.
fn accepted(reply: &Reply) -> Result<(), ProviderError> {
    if reply.status.is_success() {
        return Ok(());
    }
    let error = reply.json::<ErrorBody>().ok().map(|body| body.error);
    let (code, message) = error.map_or_else(Default::default, |error| (error.code, error.message));
    let class = wire::class(&code).unwrap_or_else(|| class_of_status(reply.status));
    let text = format!("{} {code} {message}", reply.status.as_u16());
    Err(ProviderError::new(class, &text))
}

fn class_of_status(status: StatusCode) -> Class {
    match status.as_u16() {
        401 | 403 => Class::Denied,
        404 | 410 => Class::Gone,
        409 | 412 => Class::Conflict,
        429 => Class::Throttled,
        // Whatever else it is, nothing proves that it had no effect.
        _ => Class::Unknown,
    }
}
