//! What the provider's customers do at its control plane over HTTP: upload an image, launch an instance of it, give its
//! slot into custody.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tests::provider_process::ProviderProcess;

/// The venue's account at the provider.
pub(crate) const CUSTODY: &str = "cloudpit-custody";

/// Between two looks at a task.
const LOOK: Duration = Duration::from_millis(10);

/// Looks before a task has failed.
const LOOKS: u32 = 3000;

/// A running control plane with two slots, whose accounts have their own names as tokens.
pub(crate) struct ControlPlane {
    process: ProviderProcess,
    client: Client,
}

impl ControlPlane {
    /// Starts one that keeps everything in `folder`.
    pub(crate) fn start(program: &Path, folder: &Path) -> Self {
        let mut file = String::from("listen = \"127.0.0.1:0\"\n");
        for slot in ["slot-1", "slot-2"] {
            file.push_str(&format!(
                "[[slots]]\nslot_id = \"{slot}\"\nregion = \"us-east-1\"\ninstance_type = \"m5.large\"\nmemory_mib = 512\n"
            ));
        }
        let principals = [
            ("acme:1001", "customer"),
            ("acme:1002", "customer"),
            (CUSTODY, "custody"),
        ];
        for (account, role) in principals {
            let token = token_file(account);
            std::fs::write(folder.join(&token), account).expect("a file can be written");
            file.push_str(&format!(
                "[[principals]]\naccount = \"{account}\"\nrole = \"{role}\"\ntoken_file = \"{token}\"\n"
            ));
        }
        let config = folder.join("provider.toml");
        std::fs::write(&config, file).expect("a file can be written");
        let process = ProviderProcess::start(program, &config, &folder.join("provider"), &[]);
        let client = Client::builder().no_proxy().build();
        Self {
            process: process.expect("the control plane starts"),
            client: client.expect("a client can be made"),
        }
    }

    /// Where it answers, without the `/v1`.
    pub(crate) fn endpoint(&self) -> &str {
        self.process.base().trim_end_matches("/v1")
    }

    /// Has `account` upload an image that the venue may use; its id.
    pub(crate) async fn image(&self, account: &str, name: &str) -> String {
        self.upload(account, name, "exec \"$GUEST_RUNTIME\" guest \"$0\"")
            .await
    }

    /// The same of an image that does this when it is started.
    pub(crate) async fn upload(&self, account: &str, name: &str, command: &str) -> String {
        let script = format!("#!/bin/sh\n# name: {name}\n{command}\n");
        let upload = self.post(account, &format!("/images?name={name}"), name);
        let image = answer(upload.body(script)).await;
        let id = string(&image, "image_id");
        let share = self.post(
            account,
            &format!("/images/{id}/share"),
            &format!("share-{name}"),
        );
        answer(share.json(&json!({ "account": CUSTODY }))).await;
        id
    }

    /// Has `account` launch an instance and give its slot into custody; the instance and the slot.
    pub(crate) async fn deposit(&self, account: &str, image: &str) -> (String, String) {
        let launch = json!({ "image_id": image, "instance_type": "m5.large", "tags": {} });
        let task = answer(self.post(account, "/instances", "launch").json(&launch)).await;
        let task = string(&task, "task_id");
        for _ in 0..LOOKS {
            let task = self.get(account, &format!("/tasks/{task}")).await;
            if task["state"] == "succeeded" {
                let id = string(&task, "instance_id");
                let instance = self.get(account, &format!("/instances/{id}")).await;
                let slot = string(&instance, "slot_id");
                let deposit = self.post(account, &format!("/slots/{slot}/deposit"), "deposit");
                let terms = json!({ "custody_account": CUSTODY, "beneficiary": account });
                answer(deposit.json(&terms)).await;
                return (id, slot);
            }
            assert_ne!(task["state"], "failed", "{task}");
            tokio::time::sleep(LOOK).await;
        }
        panic!("the launch took too long");
    }

    /// Stops it, guests too.
    pub(crate) fn stop(self) {
        let ended = self.process.stop().expect("it can be told to stop");
        assert!(ended.success(), "{ended}");
    }

    async fn get(&self, account: &str, path: &str) -> Value {
        let url = format!("{}{path}", self.process.base());
        answer(self.client.get(url).bearer_auth(account)).await
    }

    fn post(&self, account: &str, path: &str, key: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.process.base());
        let key = format!("{account}-{key}");
        let request = self.client.post(url).bearer_auth(account);
        request
            .header("Idempotency-Key", key)
            .header("Content-Type", "application/json")
    }
}

/// The file of an account's token.
pub(crate) fn token_file(account: &str) -> String {
    format!("{}.token", account.replace(':', "-"))
}

async fn answer(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("the control plane answers");
    let status = answer.status();
    let text = answer.text().await.expect("an answer has a body");
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).expect("the answer is JSON")
}

fn string(value: &Value, key: &str) -> String {
    let string = value[key].as_str();
    string
        .unwrap_or_else(|| panic!("{value} has no {key}"))
        .to_owned()
}
