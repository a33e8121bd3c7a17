//! What the provider's customers do at its control plane over HTTP: upload an image, launch an instance, give its
//! slot into custody, look.

use std::time::Duration;

use anyhow::{Context, ensure};
use reference_provider::api::{
    DepositSlot, ErrorBody, Image, Instance, LaunchInstance, ShareImage, Slot, Task, TaskState,
};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

/// How long a launch may take.
const LAUNCH_LOOKS: u32 = 500;
/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// One customer's access to the control plane.
#[derive(Debug, Clone)]
pub(super) struct ControlPlane {
    client: Client,
    base: String,
    token: String,
}

impl ControlPlane {
    /// Access with `token` to the control plane at `base`, which ends in `/v1`.
    pub(super) fn new(base: &str, token: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            client,
            base: base.to_owned(),
            token: token.to_owned(),
        })
    }

    /// Uploads an image and lets `reader` use it.
    pub(super) async fn upload(
        &self,
        name: &str,
        bytes: Vec<u8>,
        reader: &str,
    ) -> anyhow::Result<Image> {
        let path = format!("/images?name={name}");
        let request = self.post(&path, name).body(bytes);
        let image: Image = answer(request).await?;
        let share = ShareImage {
            account: reader.to_owned(),
        };
        let path = format!("/images/{}/share", image.image_id);
        answer(
            self.post(&path, &format!("share-{}-{reader}", image.image_id))
                .json(&share),
        )
        .await
    }

    /// Launches an instance of `image` in a free slot, and waits until it answers.
    pub(super) async fn launch(
        &self,
        image: &Image,
        instance_type: &str,
    ) -> anyhow::Result<Instance> {
        let launch = LaunchInstance {
            image_id: image.image_id.clone(),
            instance_type: instance_type.to_owned(),
            region: None,
            tags: std::collections::BTreeMap::default(),
        };
        let key = format!("launch-{}", image.name);
        let mut task: Task = answer(self.post("/instances", &key).json(&launch)).await?;
        for _ in 0..LAUNCH_LOOKS {
            if task.state == TaskState::Succeeded {
                let id = task
                    .instance_id
                    .context("a launch that succeeded names no instance")?;
                return self.instance(&id).await;
            }
            ensure!(
                task.state != TaskState::Failed,
                "the launch failed: {:?}",
                task.error
            );
            tokio::time::sleep(LOOK_INTERVAL).await;
            task = self.get(&format!("/tasks/{}", task.task_id)).await?;
        }
        anyhow::bail!("the launch took too long")
    }

    /// Gives a slot into custody, with the instance that runs in it, for `beneficiary`.
    pub(super) async fn deposit(
        &self,
        slot_id: &str,
        custody: &str,
        beneficiary: &str,
    ) -> anyhow::Result<Slot> {
        let deposit = DepositSlot {
            custody_account: custody.to_owned(),
            beneficiary: beneficiary.to_owned(),
        };
        let path = format!("/slots/{slot_id}/deposit");
        answer(
            self.post(&path, &format!("deposit-{slot_id}"))
                .json(&deposit),
        )
        .await
    }

    /// What the control plane says of an instance.
    pub(super) async fn instance(&self, instance_id: &str) -> anyhow::Result<Instance> {
        self.get(&format!("/instances/{instance_id}")).await
    }

    /// What the control plane says of a slot.
    pub(super) async fn slot(&self, slot_id: &str) -> anyhow::Result<Slot> {
        self.get(&format!("/slots/{slot_id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = format!("{}{path}", self.base);
        answer(self.client.get(url).bearer_auth(&self.token)).await
    }

    fn post(&self, path: &str, idempotency_key: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.client
            .post(url)
            .bearer_auth(&self.token)
            .header("Idempotency-Key", idempotency_key)
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> anyhow::Result<T> {
    let response = request
        .send()
        .await
        .context("the control plane does not answer")?;
    let status = response.status();
    let body = response.bytes().await?;
    if status.is_success() {
        return serde_json::from_slice(&body).context("the control plane's answer cannot be read");
    }
    match serde_json::from_slice::<ErrorBody>(&body) {
        Ok(ErrorBody { error }) => anyhow::bail!(
            "the control plane says {status}: {} ({})",
            error.message,
            error.code
        ),
        Err(_) => anyhow::bail!("the control plane says {status}"),
    }
}
