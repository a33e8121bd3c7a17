//! Images and requests that mean harm, or are broken.

use reference_provider::api::{InstanceState, Task, TaskState};
use reference_provider::{Error, serve};
use serde_json::{Value, json};

use crate::harness::{Client, Plane, SELLER, TYPE, answering, options, processes_of};

async fn launch(client: &Client, script: &str) -> Task {
    let image = client.upload("image", script).await;
    let body = json!({"image_id": image.image_id, "instance_type": TYPE});
    let task: Task = client.post("/instances", body).await.ok();
    client.finished(&task).await
}

#[track_caller]
fn error_of(task: &Task) -> (&str, &str) {
    assert_eq!(task.state, TaskState::Failed, "{task:?}");
    let error = task.error.as_ref().expect("an error");
    (error.code.as_str(), error.message.as_str())
}

#[tokio::test]
async fn memory_is_limited() {
    let plane = Plane::start(1).await;
    let client = plane.client(SELLER);
    let wants = |mib: u64| {
        format!(
            "#!/bin/sh\n\"$GUEST_RUNTIME\" allocate {mib} || exit 1\nexec \"$GUEST_RUNTIME\" guest \"$0\"\n"
        )
    };
    let task = launch(&client, &wants(512)).await;
    let (code, message) = error_of(&task);
    assert_eq!(code, "guest_failed");
    assert!(message.contains("memory allocation failed"), "{message}");
    let instance = client
        .instance(task.instance_id.as_deref().expect("an instance"))
        .await;
    assert_eq!(
        (instance.state, instance.pid),
        (InstanceState::Failed, None)
    );
    client
        .done("/slots/slot-1/terminate", json!({"generation": 1}))
        .await;
    let task = launch(&client, &wants(64)).await;
    assert_eq!(
        task.state,
        TaskState::Succeeded,
        "what the slot has may be used: {task:?}"
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_guest_that_does_not_answer_rightly_is_not_ready() {
    let plane = Plane::start_with(3, |options| {
        options.ready_timeout = std::time::Duration::from_millis(300)
    })
    .await;
    let client = plane.client(SELLER);
    let liar = answering("liar").replace("exec", "INSTANCE_NONCE=guessed exec");
    for (script, code, says) in [
        (
            "#!/bin/sh\nexec sleep 600\n",
            "not_ready",
            "does not answer",
        ),
        (liar.as_str(), "not_ready", "another instance"),
        ("#!/bin/sh\necho all done\n", "guest_failed", "all done"),
    ] {
        let task = launch(&client, script).await;
        let (found, message) = error_of(&task);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(says), "{message}");
        let instance = client
            .instance(task.instance_id.as_deref().expect("an instance"))
            .await;
        let state = if code == "not_ready" {
            InstanceState::Running
        } else {
            InstanceState::Stopped
        };
        assert_eq!(
            (instance.state, instance.ready),
            (state, false),
            "{message}"
        );
    }
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_guest_that_hides_from_signals_is_ended_with_its_children() {
    let plane = Plane::start(1).await;
    let client = plane.client(SELLER);
    // Children in sessions of their own, and a guest that ignores SIGTERM: only a kill ends it.
    let script = "#!/bin/sh\ntrap '' TERM\nsetsid sleep 600 &\nsetsid sleep 600 &\n\"$GUEST_RUNTIME\" guest \"$0\"\n";
    let task = launch(&client, script).await;
    assert_eq!(task.state, TaskState::Succeeded, "{task:?}");
    let instance_id = task.instance_id.expect("an instance");
    assert_eq!(processes_of(&instance_id), 4);
    client
        .done("/slots/slot-1/terminate", json!({"generation": 1}))
        .await;
    assert_eq!(processes_of(&instance_id), 0);
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_rotten_image_is_refused() {
    let plane = Plane::start(1).await;
    let client = plane.client(SELLER);
    let image = client.upload("image", answering("sound")).await;
    let blob = plane
        .directory
        .path()
        .join("images")
        .join(image.digest.trim_start_matches("blake3:"));
    std::fs::write(&blob, answering("rotten")).expect("written");
    let body = json!({"image_id": image.image_id, "instance_type": TYPE});
    let task: Task = client.post("/instances", body.clone()).await.ok();
    let task = client.finished(&task).await;
    assert_eq!(error_of(&task).0, "bad_image");
    assert_eq!(
        client.get("/slots").await.body,
        json!({"slots": []}),
        "the slot is the pool's again"
    );
    // Sent again, it is sound again.
    client.upload("image", answering("sound")).await;
    client.done("/instances", body).await;
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn broken_requests_are_refused() {
    let plane = Plane::start_with(1, |options| options.image_bytes_max = 1000).await;
    let client = plane.client(SELLER);
    let long = format!("{{\"image_id\": \"{}\"}}", "x".repeat(100_000));
    for (method, path, body, refusal) in [
        ("POST", "/instances", "", "400 bad_request"),
        ("POST", "/instances", "{", "400 bad_request"),
        ("POST", "/instances", "[[[[[[[[[[[[[[[[", "400 bad_request"),
        ("POST", "/instances", "{\"image_id\": 7}", "400 bad_request"),
        ("POST", "/instances", "\u{0}\u{1}", "400 bad_request"),
        ("POST", "/instances", long.as_str(), "413 too_large"),
        (
            "POST",
            "/slots/slot-1/terminate",
            "{\"generation\": -1}",
            "400 bad_request",
        ),
        (
            "POST",
            "/slots/slot-1/terminate",
            "{\"generation\": 1e99}",
            "400 bad_request",
        ),
        (
            "POST",
            "/slots/..%2f..%2fetc/terminate",
            "{\"generation\": 1}",
            "404 not_found",
        ),
        ("GET", "/slots/%ff", "", "400 bad_request"),
        ("GET", "/instances?tag=nocolon", "", "400 bad_request"),
        ("POST", "/images?name=a%20b", "x", "400 bad_request"),
        ("POST", "/images", "x", "400 bad_request"),
        ("POST", "/images?name=empty", "", "422 bad_image"),
        (
            "POST",
            "/images?name=long",
            &"x".repeat(1001),
            "413 too_large",
        ),
        ("PATCH", "/slots", "", "405 method_not_allowed"),
        ("GET", "/nothing", "", "404 not_found"),
    ] {
        let answer = client
            .send(client.request(method, path).body(body.to_owned()))
            .await;
        let shown: String = body.chars().take(30).collect();
        assert_eq!(answer.refusal(), refusal, "{method} {path} {shown}");
    }
    let left: Vec<_> = std::fs::read_dir(plane.directory.path().join("images"))
        .expect("images")
        .collect();
    assert!(
        left.is_empty(),
        "nothing is left of refused uploads: {left:?}"
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn too_much_is_refused() {
    let plane = Plane::start(1).await;
    let client = plane.client(SELLER);
    let many: serde_json::Map<String, Value> =
        (0..40).map(|n| (format!("tag{n}"), json!(""))).collect();
    let tags = json!({"image_id": "x", "instance_type": TYPE, "tags": many});
    assert_eq!(
        client.post("/instances", tags).await.refusal(),
        "400 bad_request"
    );
    let key = "k".repeat(129);
    let keyed = client
        .post_with_key(
            "/instances",
            &key,
            json!({"image_id": "x", "instance_type": TYPE}),
        )
        .await;
    assert_eq!(keyed.refusal(), "400 bad_request");
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn only_known_tokens_are_served_and_the_description_needs_none() {
    let plane = Plane::start(1).await;
    let stranger = Client::new(plane.running.address().to_string(), "stranger");
    assert_eq!(stranger.get("/slots").await.refusal(), "401 unauthorized");
    let body = json!({"image_id": "x", "instance_type": TYPE});
    assert_eq!(
        stranger.post("/instances", body).await.refusal(),
        "401 unauthorized"
    );
    let description = stranger.get("/openapi.json").await;
    assert_eq!(description.status, 200);
    let paths = description.body["paths"].as_object().expect("paths");
    for (path, methods) in [
        ("/v1/images", vec!["post"]),
        ("/v1/slots/{id}/fence", vec!["put", "delete"]),
        ("/v1/slots/{id}/place", vec!["post"]),
        ("/v1/instances", vec!["get", "post"]),
        ("/v1/tasks/{id}", vec!["get"]),
    ] {
        for method in methods {
            assert!(
                paths[path].get(method).is_some(),
                "{method} {path} is described"
            );
        }
    }
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn options_that_are_wrong_are_refused() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut everywhere = options(directory.path(), 1);
    everywhere.listen = "0.0.0.0:0".parse().expect("an address");
    assert!(matches!(
        serve(everywhere).await,
        Err(Error::NotLoopback { .. })
    ));
    let mut outside = options(directory.path(), 1);
    outside.slots[0].slot_id = "../outside".to_owned();
    assert!(matches!(
        serve(outside).await,
        Err(Error::Option {
            option: "slots.slot_id",
            ..
        })
    ));
    let mut same_token = options(directory.path(), 1);
    same_token.principals[1].token = same_token.principals[0].token.clone();
    assert!(matches!(
        serve(same_token).await,
        Err(Error::Option {
            option: "principals.token",
            ..
        })
    ));
    let mut twice = options(directory.path(), 2);
    twice.slots[1].slot_id = "slot-1".to_owned();
    assert!(matches!(
        serve(twice).await,
        Err(Error::Option {
            option: "slots.slot_id",
            ..
        })
    ));

    let plane = Plane::start(1).await;
    let again = serve(plane.options.clone()).await;
    assert!(
        matches!(again, Err(Error::Locked { .. })),
        "one directory, one control plane"
    );
    plane.running.stop().await.expect("stops");
}
