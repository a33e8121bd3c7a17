//! OpenStack Nova. A slot is the place of one server of the custody project; an image comes into it by a rebuild of that
//! server, or by its deletion and another server of its flavor on its host.

mod compute;
mod identity;
mod image;
mod place;
mod refusal;
mod server;
mod settings;

use engine::{AccountName, ImageName, SlotName};
use serde_json::{Value, json};

use self::{
    compute::Compute, identity::Identity, place::Found, refusal::Purpose, server::ServerBody,
};
pub use self::{
    identity::IdentityError,
    settings::{KeystoneCredential, NovaIdentity, NovaSettings, Replacement},
};
use super::http::Http;
use crate::{
    options::WallClock,
    provider::{
        Accepted, Answer, Capabilities, Class, ImageView, InstanceView, Order, Placement, Provider,
        ProviderError, SlotView, TaskView,
    },
};

/// A Nova control plane.
pub struct Nova {
    compute: Compute,
    glance: Option<Http>,
    region: String,
    replacement: Replacement,
}

impl Nova {
    /// A control plane where `custody_project` is the id of the project that holds what trades. Calls nobody yet.
    ///
    /// # Errors
    /// [`IdentityError`] when a secret cannot be read, or an endpoint is no URL, or is neither https nor on this machine.
    pub fn new(
        settings: &NovaSettings,
        custody_project: &str,
        clock: WallClock,
    ) -> Result<Self, IdentityError> {
        let limits = settings.http;
        let identity = Identity::new(&settings.identity, custody_project, limits, clock)?;
        let glance = settings.image_endpoint.as_ref();
        Ok(Self {
            compute: Compute {
                http: Http::new(&settings.endpoint, None, limits)?,
                identity,
            },
            glance: glance
                .map(|endpoint| Http::new(endpoint, Some("v2"), limits))
                .transpose()?,
            region: settings.region.clone(),
            replacement: settings.replacement.clone(),
        })
    }

    async fn find(&self, slot: &SlotName) -> Result<Found, ProviderError> {
        match self.replacement {
            Replacement::Rebuild => place::look(&self.compute, slot).await.map(Found::Live),
            Replacement::Recreate { .. } => place::search(&self.compute, slot).await,
        }
    }

    /// The server in a slot: where there is none, there is nothing to do there, and the slot is looked at again.
    async fn live(&self, slot: &SlotName) -> Result<ServerBody, ProviderError> {
        match self.find(slot).await? {
            Found::Live(server) => Ok(server),
            Found::Left(_) => Err(conflict(slot, "is vacant")),
        }
    }

    async fn act(&self, server: &ServerBody, action: Value) -> Result<Accepted, ProviderError> {
        self.compute
            .act(&server.id, &action, Purpose::Plain)
            .await?;
        Ok(Accepted::default())
    }

    async fn rebuild(
        &self,
        order: &Order,
        placement: &Placement,
    ) -> Result<Accepted, ProviderError> {
        if self.replacement != Replacement::Rebuild {
            return Err(ProviderError::new(
                Class::Denied,
                "this control plane does not rebuild",
            ));
        }
        let server = self.live(&order.slot).await?;
        if server.fulfils(order)? {
            return Ok(Accepted::default());
        }
        let view = server.meant_by(order, &self.region)?;
        if !server.is_deliverable() {
            let what = "has volumes, which a rebuild hands on with what the seller left on them";
            return Err(ProviderError::new(
                Class::Denied,
                &format!("slot {} {what}", order.slot),
            ));
        }
        let before = view
            .custody
            .map(|custody| custody.beneficiary)
            .unwrap_or_default();
        let host = server
            .host()?
            .ok_or_else(|| conflict(&order.slot, "has no host"))?;
        let action = json!({"rebuild": {
            "imageRef": placement.image.as_str(),
            "name": server::name(order),
            "hostname": server::hostname(order),
            "metadata": server::metadata(order, placement, host, &before),
            // What the seller left for its guest is not for the buyer's.
            "description": null,
            "key_name": null,
            "user_data": null,
        }});
        self.compute
            .act(&server.id, &action, Purpose::Image)
            .await?;
        Ok(Accepted::default())
    }

    async fn create(
        &self,
        order: &Order,
        placement: &Placement,
        network: &str,
    ) -> Result<Accepted, ProviderError> {
        let left = match self.find(&order.slot).await? {
            Found::Left(server) => server,
            Found::Live(server) if server.is_stillborn() => {
                self.compute.delete(&server.id).await?;
                return Err(ProviderError::new(Class::NoCapacity, server.fault()));
            }
            Found::Live(server) if server.fulfils(order)? => return Ok(Accepted::default()),
            Found::Live(_) => return Err(conflict(&order.slot, "is occupied")),
        };
        if place::vacant(&left, &order.slot, &self.region).generation != order.generation {
            return Err(conflict(&order.slot, "has another generation"));
        }
        let host = left
            .host()?
            .ok_or_else(|| conflict(&order.slot, "had no host"))?;
        let networks = match network {
            "auto" | "none" => json!(network),
            id => json!([{"uuid": id}]),
        };
        let server = json!({"server": {
            "name": server::name(order),
            "hostname": server::hostname(order),
            "imageRef": placement.image.as_str(),
            "flavorRef": self.compute.flavor(left.flavor()).await?,
            "host": host,
            "networks": networks,
            "metadata": server::metadata(order, placement, host, ""),
        }});
        self.compute.create(&server).await?;
        Ok(Accepted::default())
    }

    async fn retire(&self, order: &Order) -> Result<Accepted, ProviderError> {
        let id = match self.find(&order.slot).await {
            Ok(Found::Live(server)) => {
                server.meant_by(order, &self.region)?;
                self.compute.delete(&server.id).await?;
                server.id
            }
            Ok(Found::Left(server)) => server.id,
            // A repeat of what was done: its task says so.
            Err(error) if error.class == Class::Gone => order.slot.to_string(),
            Err(error) => return Err(error),
        };
        Ok(Accepted {
            task: Some(format!("{DELETION}{id}")),
        })
    }

    async fn deletion(&self, server: &str) -> Result<TaskView, ProviderError> {
        match self.compute.server(server).await {
            Ok(server) if server.is_stuck() => Ok(TaskView::Failed(ProviderError::new(
                Class::Transient,
                server.fault(),
            ))),
            Ok(_) => Ok(TaskView::Working),
            Err(error) if error.class == Class::Gone => Ok(TaskView::Succeeded),
            Err(error) => Err(error),
        }
    }
}

/// What the name of a task begins with: the deletion of the server whose id follows. It is the only work of Nova that
/// cannot be followed in the slot.
const DELETION: &str = "delete:";

fn conflict(slot: &SlotName, what: &str) -> ProviderError {
    ProviderError::new(Class::Conflict, &format!("slot {slot} {what}"))
}

impl Provider for Nova {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            fences: true,
            // Nova knows none: what is ordered names its token in the server's metadata, and is looked for first.
            tokens: false,
            replaces: self.replacement == Replacement::Rebuild,
        }
    }

    fn observe<'a>(&'a self, slot: &'a SlotName) -> Answer<'a, SlotView> {
        Box::pin(async move {
            match self.find(slot).await? {
                Found::Live(server) => {
                    if !server.fault().is_empty() {
                        tracing::warn!(%slot, server = server.id, fault = server.fault(), "server has a fault");
                    }
                    server.slot_view(&self.region)
                }
                Found::Left(server) => Ok(place::vacant(&server, slot, &self.region)),
            }
        })
    }

    fn task<'a>(&'a self, task: &'a str) -> Answer<'a, TaskView> {
        Box::pin(async move {
            match task.strip_prefix(DELETION) {
                Some(server) => self.deletion(server).await,
                None => Err(ProviderError::new(Class::Gone, "there is no such task")),
            }
        })
    }

    fn image<'a>(
        &'a self,
        image: &'a ImageName,
        account: &'a AccountName,
    ) -> Answer<'a, ImageView> {
        Box::pin(async move {
            match &self.glance {
                Some(glance) => image::at_glance(glance, &self.compute, image, account).await,
                None => image::through_compute(&self.compute, image).await,
            }
        })
    }

    fn fence<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let server = self.live(&order.slot).await?;
            match server.fence() {
                Some(holder) if holder == order.reassignment => Ok(Accepted::default()),
                Some(_) => Err(conflict(&order.slot, "is locked by somebody else")),
                // A lock keeps out everybody but administrators.
                None => {
                    let reason = server::fenced_by(order);
                    self.act(&server, json!({"lock": {"locked_reason": reason}}))
                        .await
                }
            }
        })
    }

    fn release<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let server = self.live(&order.slot).await?;
            if server.fence().as_ref() == Some(&order.reassignment) {
                return self.act(&server, json!({"unlock": null})).await;
            }
            Ok(Accepted::default())
        })
    }

    /// What goes back to the pool only loses its owner here: [`retire`](Provider::retire) deletes it.
    fn terminate<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let server = self.live(&order.slot).await?;
            server.meant_by(order, &self.region)?;
            if order.retire {
                self.compute
                    .rename(&server.id, &server::let_go_by(order))
                    .await?;
                return Ok(Accepted::default());
            }
            if self.replacement == Replacement::Rebuild {
                let error = format!("slot {} is vacated by nothing but a rebuild", order.slot);
                return Err(ProviderError::new(Class::Denied, &error));
            }
            self.compute.delete(&server.id).await?;
            Ok(Accepted::default())
        })
    }

    fn place<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        Box::pin(async move {
            match &self.replacement {
                Replacement::Recreate { network } => self.create(order, placement, network).await,
                Replacement::Rebuild => {
                    let error = format!("slot {} takes an image by a rebuild only", order.slot);
                    Err(ProviderError::new(Class::Denied, &error))
                }
            }
        })
    }

    fn replace<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        Box::pin(self.rebuild(order, placement))
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let server = self.live(&order.slot).await?;
            if !server.fulfils(order)? {
                return Err(conflict(&order.slot, "does not hold what was placed"));
            }
            if server.is_up() {
                return Ok(Accepted::default());
            }
            self.act(&server, json!({"os-start": null})).await
        })
    }

    fn retire<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        Box::pin(self.retire(order))
    }

    fn tagged<'a>(&'a self, reassignment: &'a str) -> Answer<'a, Vec<InstanceView>> {
        Box::pin(async move {
            let name = server::name_start(reassignment);
            let servers = self.compute.servers(&[("name", &name)]).await?;
            place::instances(servers, reassignment)
        })
    }

    fn custody(&self) -> Answer<'_, Vec<SlotView>> {
        Box::pin(async move {
            let mut slots = Vec::new();
            for server in self.compute.servers(&[]).await? {
                match server.slot_view(&self.region) {
                    Ok(view) if server.is_deliverable() => slots.push(view),
                    Ok(_) => {}
                    Err(error) if error.class == Class::Denied => return Err(error),
                    // One server that cannot be read must not hide the others.
                    Err(error) => {
                        tracing::warn!(server = server.id, %error, "a server in custody cannot be read");
                    }
                }
            }
            Ok(slots)
        })
    }
}
