//! The control plane dies and comes back; guests die by other hands.

use std::path::Path;
use std::process::Stdio;

use reference_provider::api::{InstanceState, Task, TaskState};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::harness::{
    BUYER, CUSTODY, Client, Place, Plane, SELLER, TYPE, answering, ask_guest, exists, kill,
    options, processes_of, program, token_of, until,
};

#[tokio::test]
async fn a_running_guest_is_adopted_and_can_be_ended() {
    let plane = Plane::start(1).await;
    let seller = plane.client(SELLER);
    let image = seller.upload("old", answering("old")).await;
    let before = seller.launch(&image).await;

    let plane = plane.restart().await;
    let seller = plane.client(SELLER);
    assert_eq!(
        seller.instance(&before.instance_id).await,
        before,
        "the same process, still ready"
    );
    assert_eq!(processes_of(&before.instance_id), 1);
    let said = ask_guest(before.address.as_deref().expect("an address"))
        .await
        .expect("the guest answers");
    assert_eq!(said.pid, before.pid);
    seller
        .done(
            &format!("/slots/{}/terminate", before.slot_id),
            json!({"generation": 1}),
        )
        .await;
    assert_eq!(processes_of(&before.instance_id), 0);
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_guest_that_is_killed_is_seen_and_can_be_started_again() {
    let plane = Plane::start(1).await;
    let seller = plane.client(SELLER);
    let image = seller.upload("old", answering("old")).await;
    let before = seller.launch(&image).await;
    kill(before.pid.expect("a process"));
    until("the instance has failed", || async {
        seller.instance(&before.instance_id).await.state == InstanceState::Failed
    })
    .await;
    let failed = seller.instance(&before.instance_id).await;
    assert_eq!((failed.pid, failed.ready), (None, false));
    assert!(
        failed
            .detail
            .is_some_and(|detail| detail.contains("signal: 9"))
    );
    seller
        .done("/slots/slot-1/start", json!({"generation": 1}))
        .await;
    let after = seller.instance(&before.instance_id).await;
    assert!(after.ready);
    assert_ne!((after.pid, after.nonce), (before.pid, before.nonce));
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_guest_that_died_meanwhile_has_failed() {
    let plane = Plane::start(1).await;
    let seller = plane.client(SELLER);
    let image = seller.upload("old", answering("old")).await;
    let before = seller.launch(&image).await;
    let Plane {
        running,
        options,
        directory,
    } = plane;
    drop(running);
    kill(before.pid.expect("a process"));
    let plane = Plane {
        running: reference_provider::serve(options.clone())
            .await
            .expect("it starts again"),
        options,
        directory,
    };
    let failed = plane.client(SELLER).instance(&before.instance_id).await;
    assert_eq!(
        (failed.state, failed.pid, failed.ready),
        (InstanceState::Failed, None, false)
    );
    plane.running.stop().await.expect("stops");
}

/// The control plane as a process of its own, to be killed.
async fn control_plane(directory: &Path) -> (Child, String) {
    let principals: Vec<_> = [
        (SELLER, "customer"),
        (BUYER, "customer"),
        (CUSTODY, "custody"),
    ]
    .map(|(account, role)| json!({"token": token_of(account), "account": account, "role": role}))
    .into();
    let slots = options(directory, 1).slots;
    let slots: Vec<_> = slots
        .iter()
        .map(|slot| {
            json!({"slot_id": slot.slot_id, "region": slot.region, "instance_type": slot.instance_type,
                "memory_mib": slot.memory_mib})
        })
        .collect();
    let file = directory.join("options.json");
    let content = json!({"directory": directory.join("data"), "listen": "127.0.0.1:0", "slots": slots,
        "principals": principals, "driver": "process", "guest_runtime": program(), "stop_guests_on_exit": true});
    std::fs::write(&file, content.to_string()).expect("a temporary file");
    let mut command = Command::new(program());
    command
        .arg("serve")
        .arg(&file)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("the control plane starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut line).await.expect("its address");
    (child, line.trim().to_owned())
}

/// Killed at many moments of a launch, it comes back with at most one process in the slot, and the
/// launch comes to its end.
#[tokio::test]
async fn killed_at_any_moment_it_never_doubles_a_guest() {
    for delay_ms in [0, 2, 5, 8, 12, 20, 40] {
        let directory = Place::new();
        let (mut plane, address) = control_plane(directory.path()).await;
        let seller = Client::new(address, SELLER);
        let image = seller.upload("old", answering("old")).await;
        let launch = json!({"image_id": image.image_id, "instance_type": TYPE});
        let task: Task = seller.post("/instances", launch).await.ok();
        tokio::time::sleep(std::time::Duration::from_millis(delay_ms)).await;
        plane.kill().await.expect("killed");

        let (mut plane, address) = control_plane(directory.path()).await;
        let seller = Client::new(address, SELLER);
        let task = seller.finished(&task).await;
        assert_eq!(
            task.state,
            TaskState::Succeeded,
            "killed after {delay_ms} ms: {task:?}"
        );
        let instance = seller
            .instance(task.instance_id.as_deref().expect("an instance"))
            .await;
        assert!(instance.ready, "killed after {delay_ms} ms: {instance:?}");
        assert_eq!(
            processes_of(&instance.instance_id),
            1,
            "killed after {delay_ms} ms"
        );

        // And killed in the midst of ending it: it is ended, once.
        let path = format!("/slots/{}/terminate", instance.slot_id);
        let task: Task = seller.post(&path, json!({"generation": 1})).await.ok();
        tokio::time::sleep(std::time::Duration::from_millis(delay_ms)).await;
        plane.kill().await.expect("killed");
        let (mut plane, address) = control_plane(directory.path()).await;
        let seller = Client::new(address, SELLER);
        assert_eq!(seller.finished(&task).await.state, TaskState::Succeeded);
        assert_eq!(
            processes_of(&instance.instance_id),
            0,
            "killed after {delay_ms} ms"
        );
        assert!(!exists(instance.pid.expect("a process")));
        plane.kill().await.expect("killed");
    }
}
